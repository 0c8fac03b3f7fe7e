"""EvaluateGenerator: when it measures, what it writes, which model it keeps."""

import json
import math

import numpy as np
import pytest
import tensorflow as tf
import tiny
from command import json_lines

import keras_gans
from keras_gans import callbacks, load_model, metrics
from keras_gans.callbacks.run_folder import read_stats

M = 4
STEPS = 10  # generator steps in an epoch of the data below
NUM = 50


class Scripted:
    """A protocol that keeps the samples and gives the next of its headlines."""

    headline = ("quality", "distance")

    def __init__(self, *distances):
        self.distances = list(distances)
        self.seen, self.asked = [], []

    def __call__(self, samples, y=None):
        self.seen.append(samples)
        self.asked.append(y)
        distance = self.distances.pop(0) if self.distances else 0.0
        return {"quality": {"distance": distance, "num_samples": len(samples)}}


def gan(*networks):
    model = keras_gans.NonSaturatingGAN(*(networks or (tiny.generator(), tiny.discriminator())))
    model.compile()
    return model


def dataset():
    return tf.data.Dataset.from_tensor_slices(tiny.points(STEPS * M)).batch(M, drop_remainder=True)


def fit(model, *used, epochs=1, data=None, **arguments):
    model.fit(dataset() if data is None else data, epochs=epochs, verbose=0, callbacks=list(used), **arguments)


def steps_in(folder):
    return [row["step"] for row in json_lines(folder / "evaluations.jsonl")]


@pytest.mark.parametrize(("every", "expected"), [(6, [0, 6, 12, 18, 20]), (10, [0, 10, 20]), (1000, [0, 20])])
def test_measures_before_the_first_step_at_multiples_and_at_the_end(tmp_path, every, expected):
    fit(gan(), callbacks.EvaluateGenerator(Scripted(), tmp_path / "new" / "run", every, NUM), epochs=2)
    assert steps_in(tmp_path / "new" / "run") == expected


def test_a_row_says_what_was_measured_and_how(tmp_path):
    protocol = metrics.MixtureProtocol([[3.0, -1.0]], 0.5, tiny.points(NUM))
    model = gan()
    first = protocol(model.sample(NUM, seed=0))
    fit(model, callbacks.EvaluateGenerator(protocol, tmp_path, 1000, NUM))
    rows = json_lines(tmp_path / "evaluations.jsonl")
    expected = [{"step": step, "num_samples": NUM, "seed": 0, "ema": True} for step in (0, 10)]
    last = protocol(model.sample(NUM, seed=0))  # the same latents
    for row, head, measures in zip(rows, expected, (first, last), strict=True):
        numbers = {name: {k: v if math.isfinite(v) else None for k, v in of.items()} for name, of in measures.items()}
        assert row == {**head, **numbers}
    assert rows[0]["sliced_wasserstein"] != rows[1]["sliced_wasserstein"]


def test_a_number_that_is_not_finite_is_null(tmp_path):
    """Far from all modes no sample is of high quality, and the KL infinite."""
    protocol = metrics.MixtureProtocol([[1e3, 1e3]], 0.01, np.full((NUM, 2), 1e3))
    fit(gan(), callbacks.EvaluateGenerator(protocol, tmp_path, 1000, NUM))
    rows = json_lines(tmp_path / "evaluations.jsonl")
    assert [row["modes"]["reverse_kl"] for row in rows] == [None, None]
    assert [row["modes"]["modes"] for row in rows] == [0, 0]


# The best and the last


def test_the_best_is_kept_and_the_last_apart(tmp_path):
    protocol = Scripted(5.0, 2.0, 3.0, 2.0, 9.0)
    evaluate = callbacks.EvaluateGenerator(protocol, tmp_path, 2, NUM)
    fit(gan(), callbacks.RunFolder(tmp_path), evaluate, data=dataset().take(8))
    assert steps_in(tmp_path) == [0, 2, 4, 6, 8]
    best, last = load_model(tmp_path / "best.keras"), load_model(tmp_path / "model.keras")
    assert best.step == 2  # not 6, which is as good and later
    assert last.step == 8
    np.testing.assert_array_equal(best.sample(NUM, seed=0), protocol.seen[1])
    np.testing.assert_array_equal(last.sample(NUM, seed=0), protocol.seen[4])
    assert np.abs(protocol.seen[1] - protocol.seen[4]).max() > 0


def test_a_headline_that_is_not_finite_is_the_worst(tmp_path):
    evaluate = callbacks.EvaluateGenerator(Scripted(math.inf, 4.0, math.inf, math.nan, 3.0), tmp_path, 2, NUM)
    fit(gan(), evaluate, data=dataset().take(8))
    assert [row["quality"]["distance"] for row in json_lines(tmp_path / "evaluations.jsonl")] == [
        None, 4.0, None, None, 3.0,
    ]  # fmt: skip
    assert load_model(tmp_path / "best.keras").step == 8


def test_a_resumed_run_goes_on_with_its_record_and_its_best(tmp_path):
    folder = lambda: callbacks.RunFolder(tmp_path)  # noqa: E731
    fit(gan(), folder(), callbacks.EvaluateGenerator(Scripted(9, 3, 4), tmp_path, 5, NUM))
    assert load_model(tmp_path / "best.keras").step == 5
    # The end of the one is the beginning of the other, and not measured again.
    model = load_model(tmp_path / "model.keras")
    fit(model, folder(), callbacks.EvaluateGenerator(Scripted(3.5, 3), tmp_path, 5, NUM))
    rows = read_stats(tmp_path / "evaluations.jsonl")
    assert [(row["step"], row["quality"]["distance"]) for row in rows] == [(0, 9), (5, 3), (10, 4), (15, 3.5), (20, 3)]
    assert load_model(tmp_path / "best.keras").step == 5
    assert load_model(tmp_path / "model.keras").step == 20


def test_rows_after_a_crash_are_obsolete(tmp_path):
    """A run that was killed after step 10 goes on from step 5; a half-written line is cut off."""
    rows = [(0, 9), (5, 8), (10, 1)]
    text = "".join(json.dumps({"step": s, "quality": {"distance": d}}) + "\n" for s, d in rows)
    (tmp_path / "evaluations.jsonl").write_text(text + '{"step": 12, "qual')
    model = gan()
    model.step_counter.assign(5)
    fit(model, callbacks.EvaluateGenerator(Scripted(7.5, 7), tmp_path, 5, NUM))
    rows = read_stats(tmp_path / "evaluations.jsonl")
    assert [(row["step"], row["quality"]["distance"]) for row in rows] == [(0, 9), (5, 8), (10, 7.5), (15, 7)]
    assert load_model(tmp_path / "best.keras").step == 15  # the 1 of the lost state does not count


def test_a_best_that_was_measured_and_not_saved_is_saved_when_it_is_measured_again(tmp_path):
    """The process was killed between the two, and goes on from the step before."""
    text = "".join(json.dumps({"step": s, "quality": {"distance": d}}) + "\n" for s, d in [(0, 9), (10, 1)])
    (tmp_path / "evaluations.jsonl").write_text(text)
    model = gan()
    model.step_counter.assign(5)
    fit(model, callbacks.EvaluateGenerator(Scripted(1, 2), tmp_path, 10, NUM))
    assert load_model(tmp_path / "best.keras").step == 10


# Which generator


def test_the_average_or_the_generator_itself(tmp_path):
    averaged, raw = Scripted(), Scripted()
    model = gan()
    model.track_ema(0.99)
    fit(
        model,
        callbacks.EvaluateGenerator(averaged, tmp_path / "ema", 1000, NUM),
        callbacks.EvaluateGenerator(raw, tmp_path / "raw", 1000, NUM, ema=False),
    )
    np.testing.assert_array_equal(averaged.seen[0], raw.seen[0])  # the average begins at the generator
    assert np.abs(averaged.seen[1] - raw.seen[1]).max() > 1e-4
    z = model.latent.sample((NUM, model.latent_dim), (0, 0))
    np.testing.assert_allclose(raw.seen[1], model.generator.predict(z, verbose=0), atol=1e-6)
    np.testing.assert_allclose(averaged.seen[1], model.ema_generator.predict(z, verbose=0), atol=1e-6)
    assert [row["ema"] for row in json_lines(tmp_path / "raw" / "evaluations.jsonl")] == [False, False]


def test_without_an_average_both_are_the_generator():
    model = gan()
    before = model.sample(NUM, seed=3)
    np.testing.assert_array_equal(before, model.sample(NUM, seed=3, ema=False))
    model.track_ema(0.5)
    model.ema_generator.set_weights([w + 1 for w in model.ema_generator.get_weights()])
    assert np.abs(model.sample(NUM, seed=3) - before).max() > 0.1
    np.testing.assert_array_equal(model.sample(NUM, seed=3, ema=False), before)


def test_conditions_are_passed_on(tmp_path):
    model = gan(*tiny.conditional_pair())
    y = np.arange(NUM) % 3
    protocol, one = Scripted(), Scripted()
    data = tf.data.Dataset.from_tensor_slices((tiny.points(40), tiny.labels(40))).batch(M, drop_remainder=True)
    fit(
        model,
        callbacks.EvaluateGenerator(protocol, tmp_path / "all", 1000, NUM, y=y),
        callbacks.EvaluateGenerator(one, tmp_path / "one", 1000, NUM, y=2),
        data=data,
    )
    np.testing.assert_array_equal(protocol.seen[1], model.sample(NUM, y=y, seed=0))
    np.testing.assert_array_equal(one.seen[1], model.sample(NUM, y=2, seed=0))
    np.testing.assert_array_equal(protocol.asked[1], y)
    np.testing.assert_array_equal(one.asked[1], np.full(NUM, 2))
    assert np.abs(protocol.seen[1] - one.seen[1]).max() > 1e-3
    with pytest.raises(ValueError, match=f"num={NUM} was passed without y"):
        fit(model, callbacks.EvaluateGenerator(Scripted(), tmp_path / "none", 1000, NUM), data=data)


# What is refused


def test_broken_samples_are_named_and_nothing_is_written(tmp_path):
    model = gan()
    bad = model.generator.weights[-1]
    bad.assign(np.full(bad.shape, np.nan))
    with pytest.raises(FloatingPointError, match=r"Samples at generator step 0 are NaN or infinite.*StopOnNaN"):
        fit(model, callbacks.EvaluateGenerator(Scripted(), tmp_path, 5, NUM))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("every", [0, 2.5, True])
def test_a_rhythm_is_refused(every, tmp_path):
    with pytest.raises(ValueError, match=r"every=.*integer from 1 up"):
        callbacks.EvaluateGenerator(Scripted(), tmp_path, every)


def test_too_few_samples_are_told_before_the_first_step(tmp_path):
    protocol = metrics.JudgeProtocol(np.zeros((200, 28, 28, 1), np.uint8), metrics.mnist_judge())
    model = gan(
        keras_gans.networks.mlp_generator(2, (28, 28, 1), (4,)),
        keras_gans.networks.mlp_discriminator((28, 28, 1), (4,)),
    )
    data = tf.data.Dataset.from_tensor_slices(np.zeros((8, 28, 28, 1), "float32")).batch(M, drop_remainder=True)
    with pytest.raises(ValueError, match=r"100 generated samples were passed. Expected at least 129. The covariance"):
        fit(model, callbacks.EvaluateGenerator(protocol, tmp_path, 5, num_samples=100), data=data)
    assert model.step == 0
    assert not list(tmp_path.iterdir())
