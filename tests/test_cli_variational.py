"""Models with an encoder on the command line: what a run leaves, how it goes on, how it is measured, refusals."""

import shutil

import keras
import numpy as np
import pytest
from command import files_in, json_lines, keras_gans, refused, strict_json

import keras_gans as kg
from keras_gans.data.named import IMAGE_SETS
from keras_gans.flops import flops_of_step
from keras_gans.recipes import vae_kingma2014
from keras_gans_cli import dry_run, evaluation, likelihoods, run
from keras_gans_cli.tables import columns_of, in_words

SMALL = ("--data", "digits", "--batch-size", 8, "--set", "width=4", "--set", "latent_dim=3")
IWAE = ("iwae_burda2016", *SMALL, "--set", "num_samples=2")
STEPS, DIED_AT = 3, 2


@pytest.fixture(scope="module", autouse=True)
def _few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "NUM_SAMPLES", 50)
        patch.setattr(likelihoods, "MOST", 20)
        patch.setattr(likelihoods, "NUM_DRAWS", 7)
        of_digits = IMAGE_SETS["digits"]
        patch.setattr(likelihoods, "held_out", lambda name, size: of_digits() if name == "digits" else None)
        yield


@pytest.fixture(scope="module")
def iwae(tmp_path_factory):
    """A run that died on its way and went on."""
    folder = tmp_path_factory.mktemp("iwae") / "run"

    class Dies(kg.callbacks.SaveOnInterrupt):
        def on_epoch_end(self, epoch, logs=None):
            if self.model.step == DIED_AT:
                raise RuntimeError("a power cut")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.callbacks.Backup, "on_epoch_end", lambda self, epoch, logs=None: self._save())
        patch.setattr(kg.callbacks, "SaveOnInterrupt", Dies)
        assert "a power cut" in keras_gans("train", *IWAE, "--steps", STEPS, "--run-dir", folder, code=1).stderr
    told = keras_gans("train", IWAE[0], "--resume", "--run-dir", folder)
    assert f"Going on from step {DIED_AT} of {STEPS}" in told.stdout
    assert "loss " in told.stderr
    return folder


def test_a_run_leaves_a_whole_folder(iwae):
    names = {path.name for path in iwae.iterdir()}
    assert names == {
        "options.json", "stats.jsonl", "samples", "loss_curves.png", "evaluations.jsonl", "metrics.json", "backups",
        "model.keras", "best.keras", "samples.png", "real_and_generated.png", "interpolation.png",
        "reconstructions.png", "generator.onnx", "onnxruntime.png", "parity.json", "saved_model",
    }  # fmt: skip
    stats, evaluations = json_lines(iwae / "stats.jsonl"), json_lines(iwae / "evaluations.jsonl")
    assert [row["step"] for row in stats] == [1, 2, 3]
    assert stats[-1]["images"] == 8 * STEPS
    assert {"loss", "elbo"} <= set(stats[-1])
    assert [row["step"] for row in evaluations] == [0, 1, 2, 3]
    found = [row["likelihood"]["negative_log_likelihood"] for row in evaluations]
    assert kg.load_model(iwae / "best.keras").step == np.argmin(found)


def test_a_run_that_died_ends_as_if_it_had_not(iwae, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "export_model", lambda *arguments: None)
    keras_gans("train", *IWAE, "--steps", STEPS, "--run-dir", tmp_path / "run")
    ours, theirs = (kg.load_model(folder / "model.keras") for folder in (iwae, tmp_path / "run"))
    state = lambda model: (*model.variables, *model.optimizer.variables)  # noqa: E731
    for one, other in zip(state(ours), state(theirs), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=one.path)
    for name in ("evaluations.jsonl", "metrics.json", "reconstructions.png", "samples.png"):
        assert (iwae / name).read_bytes() == (tmp_path / "run" / name).read_bytes(), name


def test_measures_are_those_of_the_model(iwae):
    model, x = kg.load_model(iwae / "model.keras"), kg.data.digits().sample(20, seed=0)
    found = strict_json((iwae / "metrics.json").read_text())
    assert found["likelihood"]["negative_log_likelihood"] == pytest.approx(-model.log_likelihood(x, 7).mean())
    assert found["likelihood"]["num_draws"] == 7
    assert found["bounds"]["negative_bound_of_5"] == pytest.approx(-model.multi_sample_bound(x, 5).mean())
    assert found["held_out"] == {"split": "test", "binary": False}
    assert found["samples"] == {"num": 50, "seed": 0, "step": STEPS, "ema": False}
    assert "sliced_wasserstein" in found
    expected = f"-log p(x) {found['likelihood']['negative_log_likelihood']:.2f} nats, "
    assert in_words([{"measures": found}], columns_of(found)).startswith(expected)


def test_a_run_is_measured_and_sampled_anew(iwae, tmp_path):
    copy = shutil.copytree(iwae, tmp_path / "run")
    before = files_in(iwae)
    assert "negative_log_likelihood" in keras_gans("evaluate", copy).stdout
    after = files_in(copy)
    assert {path.relative_to(copy) for path in after} == {path.relative_to(iwae) for path in before}
    assert after[copy / "metrics.json"] == before[iwae / "metrics.json"]
    keras_gans("sample", copy, "--num", 5, "--out", tmp_path / "x.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), kg.load_model(iwae / "model.keras").sample(5, seed=0))


def test_without_a_test_split_training_images_are_measured():
    images = kg.data.digits()
    protocol = likelihoods.protocol_for("some/folder", None, images)
    assert protocol.split == "train"
    np.testing.assert_array_equal(protocol.x, images.sample(20, seed=0))
    with pytest.raises(ValueError, match=r"some/folder holds 5 images. Expected at least 6, to measure samples by"):
        likelihoods.protocol_for("some/folder", None, kg.data.ImageSet(images.images[:5]))


def test_a_model_of_features_is_no_likelihood_of_samples():
    parts = [kg.networks.mlp_encoder((2,), 2, (4,)), kg.networks.mlp_decoder(2, (2,), (4,))]
    assert likelihoods.has_likelihood(kg.VAE(*parts, kg.distributions.Gaussian(1.0)))
    assert not likelihoods.has_likelihood(kg.VAEGAN(*parts, kg.networks.mlp_discriminator((2,), (4,))))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "ring"), "trains on images, 'ring' holds points. Expected images, such as --data binary_mnist"),
        (("--data", "coloured_digits"), "trains on images, 'coloured_digits' holds two sides"),
        (("--conditional",), "whose networks take no condition. Leave --conditional out"),
        (("--set", "num_samples=5"), "vae_kingma2014 has no setting 'num_samples'"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message, tmp_path):
    assert message in refused("train", "vae_kingma2014", *arguments, "--run-dir", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_dry_run_tells_of_both_networks(tmp_path, monkeypatch):
    def linear(sample_shape, s):
        x, z = keras.Input(sample_shape), keras.Input((2,))
        dense = lambda units: keras.layers.Dense(units, use_bias=False)  # noqa: E731
        encoder = keras.Model(x, dense(4)(keras.layers.Flatten()(x)))
        decoder = keras.Model(z, keras.layers.Reshape(sample_shape)(dense(256)(z)))
        model = kg.VAE(encoder, decoder, kg.distributions.Gaussian(1.0))
        model.compile(keras.optimizers.SGD(0.0))
        return model

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dry_run, "MEASURED_SECONDS", 0.01)
    monkeypatch.setattr(vae_kingma2014, "build", linear)
    text = keras_gans("train", "vae_kingma2014", "--data", "digits", "--dry-run").stdout
    assert not list(tmp_path.iterdir())
    assert "Parameters: autoencoder 1,024 and 512\n" in text
    # forward, and the weights' gradient, of both; the gradient of z
    products = 2 * 100 * (2 * 1024 + 3 * 512)
    flops = flops_of_step(linear((16, 16, 1), None), 100)
    assert products < flops < products + 100 * 15 * 256  # and what is done once for each pixel
    assert f"A step: {flops / 1e9:.3g} GFLOP, " in text
