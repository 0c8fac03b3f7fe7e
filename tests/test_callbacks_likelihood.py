"""EvaluateLikelihood and the picture of reconstructions, of a model whose log p(x) is known."""

import keras
import numpy as np
import pytest
from command import json_lines
from PIL import Image

import keras_gans as kg
from keras_gans import callbacks, metrics, pictures
from keras_gans.callbacks.sample_grid import picture_reconstructions

SIDE = 12
P = 0.8  # probability of white, whatever z is


def bits(rows, seed=0):
    return np.sign(np.random.default_rng(seed).normal(size=(rows, SIDE, SIDE, 1))).astype("float32")


def model(rate=0.0):
    """z_1's mean is the mean pixel times 12, z_2's is 0, both of variance 1; x is independent of z."""
    shape = (SIDE, SIDE, 1)
    encoder, decoder = kg.networks.mlp_encoder(shape, 2, ()), kg.networks.mlp_decoder(2, shape, ())
    kernel = np.zeros((SIDE**2, 4))
    kernel[:, 0] = 2 / SIDE  # of pixels in [0, 1]
    encoder.set_weights([kernel, np.array([-SIDE, 0, 0, 0])])
    decoder.set_weights([np.zeros((2, SIDE**2)), np.full(SIDE**2, np.log(P / (1 - P)))])
    made = kg.VAE(encoder, decoder, kg.distributions.Bernoulli(low=-1))
    made.compile(keras.optimizers.SGD(rate))
    return made


def test_the_likelihood_is_estimated_and_the_best_is_kept(tmp_path):
    x = bits(40)
    protocol = metrics.LikelihoodProtocol(x, split="test")
    check = callbacks.EvaluateLikelihood(protocol, tmp_path / "run", every=2, num_samples=30, num_draws=300)
    model().fit(x, batch_size=10, verbose=0, callbacks=[check])
    rows = json_lines(tmp_path / "run" / "evaluations.jsonl")
    assert [row["step"] for row in rows] == [0, 2, 4]
    white = (x[:30] == 1).sum(axis=(1, 2, 3))
    log_p = white * np.log(P) + (SIDE**2 - white) * np.log(1 - P)
    means = x[:30].sum(axis=(1, 2, 3)) / SIDE
    kl = 0.5 * means**2  # of N(m, 1) from N(0, 1)
    for row in rows:
        assert row["likelihood"]["negative_log_likelihood"] == pytest.approx(-log_p.mean(), abs=0.2)
        assert row["likelihood"]["num_draws"] == 300
        assert row["likelihood"]["num_samples"] == 30
        assert row["bounds"]["negative_elbo"] == pytest.approx(-(log_p - kl).mean(), rel=1e-5)
        best_first = [row["likelihood"]["negative_log_likelihood"]]
        best_first += [row["bounds"][f"negative_{name}"] for name in ("bound_of_50", "bound_of_5", "elbo")]
        assert best_first == sorted(best_first)
        assert row["latent"] == {"active_units": 1, "of": 2}
        assert row["held_out"] == {"split": "test", "binary": True}
    assert rows[0]["likelihood"] == rows[1]["likelihood"]  # the same draws
    assert kg.load_model(tmp_path / "run" / "best.keras").step == 0


def test_an_estimate_that_is_not_finite_ends_the_run(tmp_path):
    broken = model()
    broken.decoder.set_weights([np.full_like(w, np.nan) for w in broken.decoder.get_weights()])
    check = callbacks.EvaluateLikelihood(metrics.LikelihoodProtocol(bits(4)), tmp_path, every=1, num_draws=2)
    with pytest.raises(FloatingPointError, match="NaN or infinite"):
        broken.fit(bits(4), batch_size=4, verbose=0, callbacks=[check])


def test_images_stand_above_their_reconstructions(tmp_path):
    x = bits(3)
    page = picture_reconstructions(model(), x, tmp_path / "x.png")
    expected = pictures.stages({"images above their reconstructions": [x, np.full_like(x, 2 * P - 1)]})
    np.testing.assert_array_equal(page, expected)
    with Image.open(tmp_path / "x.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), page)
