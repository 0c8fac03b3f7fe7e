"""What a plan would do, found out without writing anything."""

import time

from keras_gans.flops import flops_of_step

MEASURED_SECONDS = 3.0


def dry_run(plan):
    """Build a plan's model, count the arithmetic of a step, and time a few steps on this machine.

    Args:
        plan: A `Plan`.

    Returns:
        Dict: `model` (trained for some steps, to be thrown away), `flops` of a step, `seconds_per_step`, and
        `seconds`, the expected time of the training steps; pictures, measurements and exports come on top.
    """
    model, m = plan.build(), plan.settings["batch_size"]
    batches = plan.batches(model.n_critic)
    model.fit(batches, steps_per_epoch=2, verbose=0)  # traces, and fills caches
    steps, seconds = 2, 0.0
    while seconds < MEASURED_SECONDS:
        steps *= 2
        begin = time.perf_counter()
        model.fit(batches, steps_per_epoch=steps, verbose=0)
        seconds = time.perf_counter() - begin
    return {
        "model": model,
        "flops": flops_of_step(model, m),
        "seconds_per_step": seconds / steps,
        "seconds": seconds / steps * plan.settings["steps"],
    }
