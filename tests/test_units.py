"""Units: a network of scaled numbers is sampled, saved and exported in the user's own."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans.export.generators import resolve
from keras_gans.export.parity import measure_parity
from keras_gans.units import ColumnUnits, Units

COLUMNS = {"columns": ["mass", "price"], "offset": [5e6, 2.0], "scale": [1e5, 0.5], "logarithmic": ["price"]}


def test_columns_by_hand():
    units = ColumnUnits(**COLUMNS)
    x = np.array([[5e6, np.exp(2.0)], [5.2e6, np.exp(3.0)], [4.9e6, 1.0]])
    u = [[0, 0], [2, 2], [-1, -4]]
    np.testing.assert_allclose(units.scaled(x), u, atol=1e-6)
    np.testing.assert_allclose(units.unscaled(u), x, rtol=1e-12)
    rows = np.random.default_rng(0).lognormal(2.0, 0.5, (100, 2)) * [1e6, 1]
    np.testing.assert_allclose(units.unscaled(units.scaled(rows)), rows, rtol=1e-6)


def test_a_model_samples_in_its_units_and_trains_on_scaled_data(tmp_path):
    model = kg.WGANGP(tiny.generator(norm=True), tiny.discriminator(), n_critic=1)
    model.compile()
    model.track_ema(0.5)
    model.fit(tiny.points(32), batch_size=16, verbose=0)
    scaled, scaled_raw = model.sample(300, seed=1), model.sample(300, seed=1, ema=False)
    measured = model.evaluate(tiny.points(32), batch_size=16, verbose=0)
    units = ColumnUnits(**COLUMNS)
    model.in_units(units)
    np.testing.assert_allclose(model.sample(300, seed=1), units.unscaled(scaled), rtol=1e-6)
    np.testing.assert_allclose(model.sample(300, seed=1, ema=False), units.unscaled(scaled_raw), rtol=1e-6)
    assert model.evaluate(tiny.points(32), batch_size=16, verbose=0) == measured
    z = model.latent.sample((300, 2), (1, 0))
    np.testing.assert_allclose(model(z), scaled, rtol=1e-5, atol=1e-6)  # the networks' own space

    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (model, again):
        m.fit(tiny.points(32), batch_size=16, verbose=0)
        assert len(m.served_generator.weights) == len(m.generator.weights)
    np.testing.assert_array_equal(again.sample(50, seed=2), model.sample(50, seed=2))
    assert np.median(again.sample(50, seed=2)[:, 0]) > 1e6
    again.in_units(ColumnUnits(["a", "b"], [0, 0], [1, 1]))  # a sampler of the old units is dropped
    assert abs(again.sample(50, seed=2)).max() < 1e3


def test_conditions_and_16_bits_pass_through():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = kg.NonSaturatingGAN(*tiny.conditional_pair())
    keras.config.set_dtype_policy("float32")
    model.in_units(ColumnUnits(**COLUMNS))
    samples = model.sample(5, y=1, seed=0)
    assert samples.dtype == np.float32
    copy = resolve(model).in_float32()
    assert copy.low_precision() is None
    z = model.latent.sample((5, 2), (0, 0))
    np.testing.assert_allclose(copy.samples(z, tf.ones(5, tf.int32)), samples, rtol=0.1)


def test_exports_are_in_the_same_units(tmp_path):
    import onnxruntime

    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    model.in_units(ColumnUnits(**COLUMNS))
    report = kg.export.to_onnx(model, tmp_path / "g.onnx")
    assert report["columns"] == ["mass", "price"]
    assert report["image_range"] is None
    z = np.asarray(model.latent.sample((40, 2), (3, 0)))
    session = onnxruntime.InferenceSession(tmp_path / "g.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"z": z})[0], model.sample(40, seed=3), rtol=1e-6)
    assert json.loads(session.get_modelmeta().custom_metadata_map["columns"]) == report["columns"]
    kg.export.to_saved_model(model, tmp_path / "saved")
    served = tf.saved_model.load(tmp_path / "saved").signatures["sample"](
        num=tf.constant(40), seed=tf.constant(3, tf.int64)
    )
    np.testing.assert_allclose(served["images"], model.sample(40, seed=3), rtol=1e-6)


def test_parity_is_measured_over_the_spread_of_each_column():
    z = np.random.default_rng(0).normal(size=(64, 2))
    draw = lambda num: (z[:num],)  # noqa: E731
    expected = lambda z: z * (1.0, 1e5) + np.array([0.0, 5e6])  # noqa: E731
    off = lambda z: expected(z) + np.array([0.0, 10.0])  # noqa: E731
    rows = np.concatenate([expected(z[:num]) for num in (1, 64)])
    found = measure_parity(expected, off, draw, (1, 64), ColumnUnits(**COLUMNS).spread)
    spread = rows[:, 1].std() + rows[:, 1].max() / 256
    assert found == {1: pytest.approx(10 / spread), 64: pytest.approx(10 / spread)}
    assert measure_parity(expected, off, draw, (1, 64)) == {1: 10.0, 64: 10.0}  # as it was


def test_refusals():
    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    with pytest.raises(TypeError, match="units='GeV'"):
        model.in_units("GeV")
    with pytest.raises(ValueError, match=r"Units of 3 columns .* shape \(2,\)"):
        model.in_units(ColumnUnits("abc", [0, 0, 0], [1, 1, 1]))
    assert model.units is None
    for wrong in (
        {"offset": [0.0]},
        {"scale": [1.0, 0.0]},
        {"offset": [0.0, np.nan]},
        {"columns": ["a", "a"], "logarithmic": []},
        {"logarithmic": ["cost"]},
    ):
        with pytest.raises(ValueError, match="Expected"):
            ColumnUnits(**{**COLUMNS, **wrong})
    with pytest.raises(ValueError, match=r"least value .*price.* is -1"):
        ColumnUnits(**COLUMNS).scaled([[1.0, -1.0]])
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        ColumnUnits(**COLUMNS).unscaled([[1.0, 2.0, 3.0]])
    with pytest.raises(TypeError):
        Units()
