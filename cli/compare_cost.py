"""What a step costs, for a comparison, in a process of its own: python -m keras_gans_cli.compare_cost FOLDER CORE."""

import json
import statistics
import time

from keras_gans_cli.compare_run import build, on_core, settings_for, steps_per_call

BASELINE = "non_saturating"
ROUNDS = 9
SECONDS = 0.3  # of each model in a round


def cost(spec, folder):
    """Measure the step of an objective against the baseline's, both in turn; write cost.json into the folder.

    Machines are faster at one time than at another, by more than most objectives differ: only what is measured in
    turn compares. Times are those of the processor.
    """
    from keras_gans.files import written_beside

    names = (spec["objective"], BASELINE)
    makers = [_step_maker(name, spec["data"]) for name in names]
    calls = [_calls_in(SECONDS, make) for make in makers]
    rounds = [[_seconds(make, num) / num for make, num in zip(makers, calls, strict=True)] for _ in range(ROUNDS)]
    ratio = statistics.median(own / base for own, base in rounds)
    own, base = (statistics.median(times) / steps_per_call(spec["data"]) for times in zip(*rounds, strict=True))
    found = {**spec, "relative_cost": ratio, "seconds_per_step": own, "seconds_per_step_of_baseline": base}
    with written_beside(folder / "cost.json") as beside:
        beside.write_text(json.dumps(found, indent=1) + "\n")


def _step_maker(name, data_name):
    """Return a function that makes one call's steps of a new model; the first is made."""
    import keras_gans as kg
    from keras_gans_cli.plan import standardized
    from keras_gans_cli.stabilisers import ROWS

    data, s = standardized(kg.data.named(data_name)), settings_for(data_name)
    per_call = steps_per_call(data_name)
    model = build(ROWS[name], data.sample_shape, 0, 1_000_000, s, per_call)
    stream = data.stream(s["batch_size"] * model.n_critic, seed=0)
    model.fit(stream, steps_per_epoch=per_call, verbose=0)
    batches = iter(stream)
    return lambda: model.train_function(batches)


def _seconds(make, calls):
    begun = time.process_time()
    for _ in range(calls):
        logs = make()
    float(next(iter(logs.values())))  # the step has ended
    return time.process_time() - begun


def _calls_in(seconds, make):
    """Return how many calls take about so long, from 1 up."""
    calls = 1
    while (taken := _seconds(make, calls)) < seconds / 4:
        calls *= 2
    return max(1, round(calls * seconds / taken))


if __name__ == "__main__":
    on_core(cost)
