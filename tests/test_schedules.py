"""LinearDecay: its numbers, and that it is saved with a model."""

import keras
import numpy as np
import pytest
import tiny

import keras_gans as kg
from keras_gans.schedules import LinearDecay


def test_the_rate_is_held_and_falls_to_0():
    rate = LinearDecay(0.2, 10, 4)
    found = [float(rate(step)) for step in (0, 9, 10, 11, 12, 13, 14, 1000)]
    np.testing.assert_allclose(found, [0.2, 0.2, 0.2, 0.15, 0.1, 0.05, 0.0, 0.0], rtol=1e-6)
    assert float(LinearDecay(1, 0, 2)(1)) == 0.5


def test_it_is_that_of_the_papers_code():
    """github.com/junyanz/pytorch-CycleGAN-and-pix2pix, networks.get_scheduler, whose last epoch is not yet at 0."""
    n_epochs, n_epochs_decay = 100, 100
    theirs = [1.0 - max(0, epoch + 1 - n_epochs) / float(n_epochs_decay + 1) for epoch in range(200)]
    ours = LinearDecay(1.0, n_epochs - 1, n_epochs_decay + 1)
    np.testing.assert_allclose([float(ours(epoch)) for epoch in range(200)], theirs, rtol=1e-5)


def test_it_is_saved_with_the_model_and_goes_on(tmp_path):
    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    model.compile(keras.optimizers.SGD(LinearDecay(0.1, 2, 6)), keras.optimizers.SGD(LinearDecay(0.1, 2, 6)))
    model.fit(tiny.points(64), batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert float(again.generator_optimizer.learning_rate) == pytest.approx(0.1 * 4 / 6)
    for m in (model, again):
        m.fit(tiny.points(32), batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again.generator), tiny.weights_of(model.generator))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-0.1, 1, 1), "learning_rate=-0.1"), ((0.1, -1, 1), "constant_steps=-1"), ((0.1, 0, 0), "decay_steps=0")],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearDecay(*arguments)
