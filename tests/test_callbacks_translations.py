"""TranslationGrid and EvaluateTranslations: what they draw and measure of translators whose answers are known."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from command import json_lines
from PIL import Image

import keras_gans as kg
from keras_gans import callbacks, metrics, pictures
from keras_gans.callbacks.translation_grid import picture_translations

X = np.linspace(-0.8, 0.8, 4 * 12 * 12 * 3, dtype="float32").reshape(4, 12, 12, 3)
Y = -0.5 * X


def network(factor, filters=3):
    """x -> factor x at every place."""
    x = keras.Input((12, 12, 3))
    layer = keras.layers.Conv2D(filters, 1, use_bias=False)
    made = keras.Model(x, layer(x))
    layer.set_weights([factor * np.eye(3, filters, dtype="float32")[None, None]])
    return made


def cyclegan(there=-0.5, back=-1.0):
    """G halves and turns, which is right; F turns, which leaves twice too little."""
    model = kg.CycleGAN(network(there), network(back), network(0, 1), network(0, 1), identity_weight=0)
    model.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)))
    return model


def fit(model, *used):
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(2, drop_remainder=True)
    model.fit(data, epochs=2, verbose=0, callbacks=list(used))


def test_translations_are_measured_and_the_best_is_kept(tmp_path):
    fit(cyclegan(), callbacks.EvaluateTranslations(metrics.TranslationProtocol(X, Y, True), tmp_path / "run", every=3))
    rows = json_lines(tmp_path / "run" / "evaluations.jsonl")
    assert [row["step"] for row in rows] == [0, 3, 4]
    size = np.abs(X).mean()
    for row in rows:
        assert row["forward"]["mean_absolute_error"] == pytest.approx(0, abs=1e-6)
        assert row["forward"]["of_identity"] == pytest.approx(1.5 * size)
        assert row["backward"]["over_identity"] == pytest.approx(1 / 3)  # 0.5 x in place of x, from -0.5 x
        assert row["translations"]["over_identity"] == pytest.approx(1 / 6)
        assert row["cycle"]["mean_absolute_error_x"] == pytest.approx(0.5 * size)
    assert kg.load_model(tmp_path / "run" / "best.keras").step == 0  # none was better


def test_of_one_direction_one_is_measured(tmp_path):
    model = kg.Pix2Pix(network(-0.5), kg.networks.patch_discriminator((12, 12, 3), 2, 1, source_shape=(12, 12, 3)))
    found = callbacks.evaluate_translations.measure_translations(model, metrics.TranslationProtocol(X, Y, True))
    assert set(found) == {"translations", "forward", "real"}
    assert picture_translations(model, X, Y).shape[0] == pictures.stages({"": [X, X]}).shape[0]


def test_translations_that_are_not_finite_end_the_run(tmp_path):
    with pytest.raises(FloatingPointError, match="Translations at generator step 0 are NaN or infinite"):
        fit(
            cyclegan(np.nan), callbacks.EvaluateTranslations(metrics.TranslationProtocol(X, Y, True), tmp_path, every=1)
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("paired", [True, False])
def test_pictures_have_a_row_for_each_stage(paired, tmp_path):
    grid = callbacks.TranslationGrid(tmp_path, 4, X, Y, paired)
    fit(cyclegan(), grid)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_0000000.png", "step_0000004.png"]
    stages = {"x, G(x), F(G(x))": [X, -0.5 * X, 0.5 * X], "y, F(y), G(F(y))": [Y, -Y, 0.5 * Y]}
    if paired:
        stages = {f"{name}, {other}": [*rows, partner] for (name, rows), other, partner in zip(
            stages.items(), "yx", (Y, X), strict=True)}  # fmt: skip
    with Image.open(tmp_path / "step_0000004.png") as picture:
        found = np.asarray(picture).astype(int)
    np.testing.assert_allclose(found, pictures.stages(stages), atol=1)


def test_stages_lie_below_each_other_and_grey_becomes_colour():
    grey, colour = np.full((2, 64, 64, 1), 200, np.uint8), np.full((2, 64, 64, 3), 100, np.uint8)
    page = pictures.stages({"a": [grey, colour]})
    assert page.shape[2] == 3
    grid = pictures.image_grid(np.concatenate([np.repeat(grey, 3, axis=-1), colour]), columns=2)
    np.testing.assert_array_equal(page[-len(grid) :, : grid.shape[1]], grid)
    assert len(pictures.stages({"a": [grey], "b": [colour]})) == 2 * len(pictures.stages({"a": [grey]}))
    with pytest.raises(ValueError, match=r"stages of 'a' have shapes .* Expected as many images of one size"):
        pictures.stages({"a": [grey, colour[:1]]})
    with pytest.raises(ValueError, match="No blocks were passed"):
        pictures.stages({})
