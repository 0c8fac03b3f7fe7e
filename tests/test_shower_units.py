"""Showers in shares and in MeV, and the networks that make them."""

import json

import keras
import numpy as np
import pytest

import keras_gans as kg
from keras_gans import data
from keras_gans.data.calorimeter_binning import Layer
from keras_gans.shower_units import ShowerUnits

SIZES = [2, 3]
# E_min = 100, E_max = 10,000 MeV; m and s are linear between labels 0, 0.5 and 1
UNITS = ShowerUnits(SIZES, 100.0, 10_000.0, [0.0, 0.5, 1.0], [0.8, 0.9, 1.0], [0.2, 0.1, 0.05])


def served(units=UNITS, latent_dim=3):
    generator = kg.networks.shower_generator(latent_dim, units.sizes, hidden=(8,))
    return generator, units.serve(generator)


def as_network(scaled):
    """A generator that makes the same showers whatever it is told."""
    z, y = keras.Input((1,), name="z"), keras.Input((1,), name="y")
    row = keras.ops.convert_to_tensor(scaled[None], "float32")
    return keras.Model([z, y], keras.layers.Lambda(lambda inputs: 0 * inputs[0] + row)([z, y]))


def test_scaled_showers_by_hand():
    showers = np.array([[100.0, 300.0, 0, 0, 400.0], [0, 0, 9.0, 0, 0]])
    energies = np.array([[1000.0], [10.0]])
    scaled = UNITS.scaled(showers, energies)
    np.testing.assert_allclose(UNITS.label(energies).ravel(), [0.5, -0.5])
    roots = np.sqrt([[0.25, 0.75, 0, 0, 1, 0.5**0.5, 0.5**0.5], [0, 0, 1, 0, 0, 0, 1]])
    np.testing.assert_allclose(scaled[:, :7], roots, rtol=1e-6)
    # R = 800 / 1000 at m = 0.9, s = 0.1; R = 0.9 at m = 0.8, s = 0.2, as at the least known label
    np.testing.assert_allclose(scaled[:, 7], [-1, 0.5], rtol=1e-5, atol=1e-5)


def test_serving_is_the_inverse_of_scaling():
    rng = np.random.default_rng(0)
    showers = rng.gamma(1, 100, (6, 5)) * (rng.uniform(size=(6, 5)) < 0.7)
    showers[0, :2] = 0  # a layer without energy
    energies = np.array([[100.0], [150], [1000], [3000], [10_000], [20_000]])
    for shower, energy in zip(showers, energies, strict=True):
        network = as_network(UNITS.scaled(shower[None], energy[None])[0])
        again = UNITS.serve(network)([np.zeros((1, 1)), energy[None]])
        np.testing.assert_allclose(again[0], shower, rtol=2e-4, atol=1e-3)


def test_what_is_served_is_never_negative_and_has_its_response():
    far = np.array([-1.0, -2.0, 0.5, 1.0, -3.0, 0.3, 0.9, -100.0])
    energy = np.array([[1000.0]])
    assert np.asarray(UNITS.serve(as_network(far))([np.zeros((1, 1)), energy])).sum() == 0  # R below 0 counts as 0
    far[-1] = 2.0
    shower = np.asarray(UNITS.serve(as_network(far))([np.zeros((1, 1)), energy]))
    # the first layer has a share but no voxel: all energy goes to the second, R = 0.9 + 2 * 0.1
    np.testing.assert_allclose(shower[0], [0, 0, 1100 * 0.2, 1100 * 0.8, 0], rtol=1e-5)


def test_units_know_the_response_of_a_set():
    showers = data.simulated_showers(
        50, (256.0, 4096.0, 65536.0), 0, data.Binning([Layer(1, (0, 9)), Layer(2, (0, 9))])
    )
    units, response = showers.units, (showers.showers.sum(axis=1) / showers.energies.ravel()).reshape(3, 50)
    np.testing.assert_allclose(units.labels, [0, 0.5, 1])
    np.testing.assert_allclose(units.response_mean, response.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(units.response_std, response.std(axis=1), rtol=1e-4)
    column = units.scaled(showers.showers, showers.energies)[:, -1].reshape(3, 50)
    np.testing.assert_allclose([column.mean(axis=1), column.std(axis=1)], [[0] * 3, [1] * 3], atol=1e-5)
    energies = np.geomspace(100, 1000, 500)[:, None]  # no few points: ranges
    spread = ShowerUnits.of(energies * np.random.default_rng(0).uniform(0, 1, (500, 2)), energies, [1, 1])
    assert len(spread.labels) == 16
    assert repr(spread).startswith("ShowerUnits(sizes=[1, 1], energy_min=100.0")


def test_a_model_samples_and_is_saved_in_mev(tmp_path):
    generator, _ = served()
    model = kg.WGANGP(generator, kg.networks.shower_critic(SIZES), n_critic=1)
    model.compile()
    model.in_units(UNITS)
    x, y = np.random.default_rng(0).uniform(size=(16, 8)).astype("float32"), np.full((16, 1), 0.5, "float32")
    model.fit(x, y, batch_size=8, verbose=0)
    showers = model.sample(5, y=[1000.0], seed=0, batch_size=2)
    assert showers.shape == (5, 5)
    assert showers.min() >= 0
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.sample(5, y=[1000.0], seed=0, batch_size=2), showers)
    kg.export.to_saved_model(model, tmp_path / "saved_model")
    report = kg.export.to_onnx(model, tmp_path / "generator.onnx")
    assert report["max_abs_difference"] < 1e-5
    assert report["differences_over"] == "energy of each shower"
    assert report["energy_range"] == [100, 10_000]
    assert json.dumps(report)


def test_the_critic_and_the_generator_are_the_papers():
    sizes = [8, 160, 190, 5, 5]
    generator, critic = kg.networks.shower_generator(50, sizes), kg.networks.shower_critic(sizes)
    assert [layer.units for layer in generator.layers if hasattr(layer, "units")] == [50, 100, 200, 373, 1]
    assert [layer.units for layer in critic.layers if hasattr(layer, "units")] == [368, 368, 368, 1]
    x = generator([np.random.default_rng(0).normal(size=(4, 50)), np.full((4, 1), 0.5)]).numpy()
    ends = np.cumsum([*sizes, len(sizes)])
    for start, end, root in zip([0, *ends[:-1]], ends, [2] * 5 + [4], strict=True):  # of voxels, of layers
        norms = (x[:, start:end] ** root).sum(axis=1)
        np.testing.assert_allclose(norms, norms.round(), atol=0.01)
        assert set(norms.round()) <= {0, 1}
    assert x[:, :-1].min() == 0


def test_unit_groups_by_hand():
    layer = kg.layers.UnitGroups([2, 1, 2])
    x = np.array([[3.0, 4.0, -2.0, -1.0, 5.0]])
    np.testing.assert_allclose(layer(x), [[0.6, 0.8, 0, 0, 1]], rtol=1e-6)
    again = kg.layers.UnitGroups.from_config(layer.get_config())
    np.testing.assert_array_equal(again(x), layer(x))
    for sizes in ([], [0], [1.5]):
        with pytest.raises(ValueError, match="sizes="):
            kg.layers.UnitGroups(sizes)
    fourth = kg.layers.UnitGroups([2, 1, 2], [2, 2, 4])
    x = np.array([[3.0, 4.0, 7.0, 1.0, 2.0]])
    np.testing.assert_allclose(fourth(x), [[0.6, 0.8, 1, 17**-0.25, 2 * 17**-0.25]], rtol=1e-5)
    np.testing.assert_array_equal(kg.layers.UnitGroups.from_config(fourth.get_config())(x), fourth(x))
    for roots in ([2, 2], [2, 3, 4]):
        with pytest.raises(ValueError, match="roots="):
            kg.layers.UnitGroups([2, 1, 2], roots)


def test_units_of_showers_refuse():
    with pytest.raises(ValueError, match=r"Expected inputs z and y, \(1,\), and an output \(8,\)"):
        UNITS.serve(kg.networks.shower_generator(3, [2, 4], hidden=(8,)))
    good = UNITS.get_config()
    for change, message in (
        ({"sizes": []}, "sizes="),
        ({"energy_min": 0}, "energy_min=0"),
        ({"labels": [0.0, 0.5]}, "rising labels"),
        ({"labels": [0.5, 0.0, 1.0]}, "rising labels"),
        ({"response_std": [0.1, 0.0, 0.1]}, "response_std of 0"),
    ):
        with pytest.raises(ValueError, match=message):
            ShowerUnits(**{**good, **change})
    with pytest.raises(ValueError, match="sizes=0"):
        kg.networks.shower_critic([0])
    with pytest.raises(ValueError, match="hidden=0"):
        kg.networks.shower_generator(3, [2], hidden=(0,))
