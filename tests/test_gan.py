"""What GAN gives every model: sampling, evaluation, the moving average, saving, data, and its refusals."""

import signal
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans.adversarial import LogMeans


@pytest.fixture
def model():
    model = kg.WGANGP(tiny.generator(norm=True), tiny.discriminator(), n_critic=2)
    model.compile()
    return model


def fit(model, epochs=1, rows=16):
    x = tiny.points(rows * model.n_critic * 2)
    data = tf.data.Dataset.from_tensor_slices(x).batch(rows * model.n_critic, drop_remainder=True)
    return model.fit(data, epochs=epochs, verbose=0)


class TestSampling:
    def test_is_the_generator_in_inference_mode_on_the_documented_latents(self, model):
        fit(model)
        z = model.latent.sample((7, 2), (11, 0))
        np.testing.assert_allclose(model.sample(7, seed=11), model.generator(z, training=False), rtol=1e-5)

    def test_does_not_depend_on_the_batch_size(self, model):
        whole = model.sample(10, seed=3)
        assert whole.shape == (10, 2)
        assert whole.dtype == np.float32
        np.testing.assert_allclose(model.sample(10, seed=3, batch_size=4), whole, rtol=1e-6)

    def test_differs_from_draw_to_draw_without_a_seed(self, model):
        assert not np.array_equal(model.sample(4), model.sample(4))

    def test_leaves_training_as_it_was(self):
        def run(sampling):
            keras.utils.set_random_seed(1)
            model = kg.WGANGP(tiny.generator(norm=True), tiny.discriminator(), n_critic=2)
            model.compile()
            fit(model)
            if sampling:
                model.sample(5)
                model.evaluate(tiny.points(32), batch_size=8, verbose=0)
            fit(model)
            return tiny.weights_of(model)

        np.testing.assert_array_equal(run(False), run(True))

    def test_follows_the_weights(self, model):
        before = model.sample(4, seed=0)
        fit(model)
        assert not np.array_equal(before, model.sample(4, seed=0))

    def test_uniform_latent(self):
        model = kg.LSGAN(tiny.generator(), tiny.discriminator(), latent=kg.latent.Uniform(2.0, 3.0))
        z = model.latent.sample((1000, 2), (0, 0)).numpy()
        assert z.min() >= 2.0
        assert z.max() < 3.0
        assert abs(z.mean() - 2.5) < 0.05
        np.testing.assert_allclose(model.sample(1000, seed=0), model.generator(z), rtol=1e-5)
        again = kg.LSGAN.from_config(model.get_config()).latent
        assert (again.low, again.high) == (2.0, 3.0)


class TestEvaluation:
    def test_means_of_raw_scores_in_inference_mode(self, model):
        fit(model)
        x = tiny.points(32, seed=5)
        found = model.evaluate(x, batch_size=16, verbose=0, return_dict=True)  # one batch of 16 * n_critic
        seed = (int(model.noise_seed.numpy()), -1)
        x_fake = model.generator(model.latent.sample((32, 2), seed), training=False)
        s_real, s_fake = model.discriminator(x).numpy().mean(), model.discriminator(x_fake).numpy().mean()
        assert found["score_real"] == pytest.approx(s_real, rel=1e-5)
        assert found["score_fake"] == pytest.approx(s_fake, rel=1e-5)
        assert found["score_gap"] == pytest.approx(s_real - s_fake, rel=1e-4)

    def test_is_the_same_each_time_and_moves_nothing(self, model):
        fit(model)
        before = tiny.weights_of(model)
        x = tf.data.Dataset.from_tensor_slices(tiny.points(50)).batch(16)  # a last, smaller batch is welcome
        first = model.evaluate(x, verbose=0, return_dict=True)
        assert first == model.evaluate(x, verbose=0, return_dict=True)
        np.testing.assert_array_equal(before, tiny.weights_of(model))

    def test_as_validation_during_training(self, model):
        x = tiny.points(64)
        history = model.fit(x, batch_size=8, epochs=2, validation_data=x[:32], verbose=0).history
        assert len(history["val_score_gap"]) == 2
        assert set(history) == {*model.log_names, *(f"val_{name}" for name in model.test_log_names)}
        gap = model.evaluate(x[:32], batch_size=8, verbose=0, return_dict=True)["score_gap"]
        assert history["val_score_gap"][-1] == pytest.approx(gap, rel=1e-5)


class TestMovingAverage:
    def test_is_the_average_by_hand(self, model):
        model.track_ema(0.75)
        by_hand = [w.copy() for w in model.generator.get_weights()]

        class Average(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                for i, (v, w) in enumerate(zip(model.generator.weights, model.generator.get_weights(), strict=True)):
                    by_hand[i] = 0.75 * by_hand[i] + 0.25 * w if v.trainable else w

        x = tiny.points(64)
        model.fit(x, batch_size=8, epochs=2, callbacks=[Average()], verbose=0)
        for expected, found in zip(by_hand, model.ema_generator.get_weights(), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)

    def test_is_sampled_evaluated_and_saved(self, model, tmp_path):
        model.track_ema(0.9)
        fit(model, epochs=3)
        assert model.sampling_generator is model.ema_generator
        z = model.latent.sample((4, 2), (0, 0))
        np.testing.assert_allclose(model.sample(4, seed=0), model.ema_generator(z, training=False), rtol=1e-5)
        assert not np.allclose(model.sample(4, seed=0), model.generator(z, training=False))
        model.save(tmp_path / "model.keras")
        again = kg.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(again.sample(4, seed=0), model.sample(4, seed=0))

    def test_refuses_a_decay_outside_of_0_and_1(self, model):
        for decay in (-0.1, 1.0, 999):
            with pytest.raises(ValueError, match="decay="):
                model.track_ema(decay)


class TestSaving:
    def test_dropout_goes_on_where_it_was(self, tmp_path):
        model = kg.NonSaturatingGAN(tiny.generator(dropout=True), tiny.discriminator(dropout=True))
        model.compile()
        fit(model)
        model.save_weights(tmp_path / "model.weights.h5")
        again = kg.NonSaturatingGAN(tiny.generator(dropout=True), tiny.discriminator(dropout=True))
        again.compile()
        again.load_weights(tmp_path / "model.weights.h5")
        fit(model)
        fit(again)
        np.testing.assert_array_equal(tiny.weights_of(model), tiny.weights_of(again))

    def test_a_broken_state_is_named_and_never_saved_over_a_good_one(self, model, tmp_path):
        path = tmp_path / "model.keras"
        model.save(path)
        good = path.read_bytes()
        assert model.find_non_finite() is None
        model.discriminator.layers[1].bias.assign([np.nan] + [0.0] * 7)
        assert model.find_non_finite().startswith("discriminator/")
        assert model.find_non_finite().endswith("bias")
        with pytest.raises(FloatingPointError, match=r"discriminator/.*bias is not finite at step 0: nothing"):
            model.save(path)
        with pytest.raises(FloatingPointError):
            model.save_weights(tmp_path / "model.weights.h5")
        assert path.read_bytes() == good
        assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]

    def test_a_broken_moment_of_an_optimizer_is_found(self, model):
        model.generator_optimizer.variables[2].assign(model.generator_optimizer.variables[2] + np.inf)
        assert model.find_non_finite().startswith("generator_optimizer/")

    def test_overwrite_false(self, model, tmp_path):
        model.save(tmp_path / "model.keras")
        with pytest.raises(FileExistsError, match="overwrite=False"):
            model.save(tmp_path / "model.keras", overwrite=False)

    def test_a_write_that_fails_leaves_the_old_file(self, model, tmp_path, monkeypatch):
        path = tmp_path / "model.keras"
        model.save(path)
        good = path.read_bytes()

        def fail(*arguments, **keywords):
            raise OSError("No space left on device")

        monkeypatch.setattr(zipfile.ZipFile, "write", fail)
        monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
        with pytest.raises(OSError, match="No space left"):
            model.save(path)
        assert path.read_bytes() == good
        assert len(list(tmp_path.iterdir())) == 1

    def test_load_model_refuses_what_is_not_whole(self, model, tmp_path):
        with pytest.raises(FileNotFoundError, match="does not exist"):
            kg.load_model(tmp_path / "none.keras")
        model.save(tmp_path / "model.keras")
        whole = (tmp_path / "model.keras").read_bytes()
        (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ValueError, match=r"cut\.keras cannot be loaded"):
            kg.load_model(tmp_path / "cut.keras")


class TestCompile:
    def test_both_optimizers_are_built_and_no_other(self, model):
        assert model.optimizer is None
        assert model.generator_optimizer.built
        assert model.discriminator_optimizer.built
        assert len(model.generator_optimizer.variables) == 2 + 2 * len(model.generator.trainable_variables)

    def test_names_make_two_optimizers(self, model):
        model.compile("adam", "adam")
        assert model.generator_optimizer is not model.discriminator_optimizer

    def test_one_object_for_both_is_refused(self, model):
        adam = keras.optimizers.Adam()
        with pytest.raises(ValueError, match="same optimizer object"):
            model.compile(adam, adam)

    def test_schedules_survive_saving(self, model, tmp_path):
        schedule = keras.optimizers.schedules.CosineDecay(0.01, 100)
        model.compile(keras.optimizers.Adam(schedule), keras.optimizers.Adam(0.01))
        fit(model)
        model.save(tmp_path / "model.keras")
        again = kg.load_model(tmp_path / "model.keras")
        assert float(again.generator_optimizer.learning_rate) == float(model.generator_optimizer.learning_rate)
        assert int(again.generator_optimizer.iterations.numpy()) == 2


class TestData:
    def test_a_second_batch_size_is_traced_anew(self, model):
        fit(model, rows=16)
        fit(model, rows=8)
        assert model.step == 4

    def test_steps_of_a_dataset_without_a_length_are_counted_once(self, model):
        data = tf.data.Dataset.from_tensor_slices(tiny.points(96)).filter(lambda x: True).batch(32, drop_remainder=True)
        model.fit(data, epochs=2, verbose=0)
        assert model.step == 6

    def test_autotuning_is_off_unless_its_owner_chose(self, model, monkeypatch):
        seen = []
        look = lambda self, x, validation_data, **kwargs: seen.extend(  # noqa: E731
            data.options().autotune.enabled for data in (x, validation_data)
        )
        monkeypatch.setattr(keras.Model, "fit", look)
        x = tiny.points(64)
        model.fit(x, batch_size=16, validation_data=x)
        chosen = tf.data.Options()
        chosen.autotune.enabled = True
        data = tf.data.Dataset.from_tensor_slices(x).batch(16, drop_remainder=True)
        model.fit(data.with_options(chosen), validation_data=data)
        assert seen == [False, False, True, False]

    def test_arrays_are_shuffled_by_the_models_seed(self):
        def run(seed):
            keras.utils.set_random_seed(seed)
            model = kg.LSGAN(tiny.generator(), tiny.discriminator())
            model.compile()
            model.fit(tiny.points(64), batch_size=16, verbose=0)
            return tiny.weights_of(model)

        np.testing.assert_array_equal(run(1), run(1))

    def test_labels_that_nobody_takes_are_left_aside(self, model):
        model.fit(tiny.points(64), tiny.labels(64), batch_size=8, verbose=0)
        assert model.step == 4

    def test_critic_steps_see_fresh_strided_rows(self, model):
        x = tf.reshape(tf.range(12.0), (6, 2))
        slices = [np.array(rows) for rows, y in model.discriminator_batches((x,))]
        np.testing.assert_array_equal(slices[0], x[0::2])
        np.testing.assert_array_equal(slices[1], x[1::2])

    @pytest.mark.parametrize(
        ("scale", "shift", "message"),
        [(255.0, 0.0, "from 63.87 to 255"), (1.0, 0.0, "in tanh"), (2.0, -2.0, "from -1.499 to 0"), (2.0, -1.0, None)],
    )
    def test_range_of_images(self, scale, shift, message):
        g = kg.networks.dcgan_generator(4, (8, 8, 1), width=2)
        d = kg.networks.dcgan_discriminator((8, 8, 1), width=2)
        model = kg.NonSaturatingGAN(g, d)
        model.compile()
        x = np.linspace(0, 1, 8 * 64, dtype="float32").reshape(8, 8, 8, 1) * scale + shift
        if message is None:
            model.fit(x, batch_size=4, verbose=0)
        else:
            with pytest.raises(ValueError, match=message):
                model.fit(x, batch_size=4, verbose=0)


class TestNetworks:
    def test_refusals(self):
        good_g, good_d = tiny.generator(), tiny.discriminator()
        z, x = keras.Input((2,)), keras.Input((2,))
        dense = keras.layers.Dense(2)
        sigmoid = keras.Model(x, keras.layers.Dense(1, activation="sigmoid")(x))
        cases = [
            (good_g, "d", TypeError, "discriminator='d'"),
            (keras.Sequential([keras.layers.Dense(2)]), good_d, ValueError, "does not tell its inputs"),
            (tiny.generator(), tiny.conditional_pair()[1], ValueError, "1 inputs and the discriminator 2"),
            (keras.Model(z, keras.layers.Dense(3)(z)), good_d, ValueError, r"shape \(3,\), the discriminator takes"),
            (good_g, keras.Model(x, keras.layers.Dense(2)(x)), ValueError, r"\(None, 2\). Expected raw scores"),
            (good_g, sigmoid, ValueError, "ends in a sigmoid"),
            (keras.Model(z, dense(z)), keras.Model(x, keras.layers.Dense(1)(dense(x))), ValueError, "share 2"),
            (
                good_g,
                keras.Model(x, keras.layers.Dense(1, activity_regularizer="l2")(x)),
                ValueError,
                "losses of their own",
            ),
            (keras.Sequential([keras.Input((2, 2)), keras.layers.Flatten()]), good_d, ValueError, "a latent z"),
        ]
        for g, d, error, message in cases:
            with pytest.raises(error, match=message):
                kg.NonSaturatingGAN(g, d)

    def test_sequential_networks_are_welcome(self):
        g = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        d = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
        model = kg.NonSaturatingGAN(g, d)
        model.compile()
        fit(model)
        assert model.sample(3).shape == (3, 2)

    def test_a_weight_that_no_gradient_reaches_is_named(self):
        x = keras.Input((2,))
        cut = keras.layers.Lambda(tf.stop_gradient, output_shape=(4,))(keras.layers.Dense(4, name="lost")(x))
        model = kg.NonSaturatingGAN(tiny.generator(), keras.Model(x, keras.layers.Dense(1)(cut)))
        model.compile()
        with pytest.raises(ValueError, match="No gradient of the loss reaches lost/kernel"):
            fit(model)

    def test_spectral_norm_moves_once_per_optimizer_step(self):
        wrapped = kg.layers.SpectralNormalization(keras.layers.Dense(1))
        x = keras.Input((2,))
        h = kg.layers.SpectralNormalization(keras.layers.Dense(8, activation="relu"))(x)
        model = kg.HingeGAN(tiny.generator(), keras.Model(x, wrapped(h)), n_critic=3)
        model.compile()
        calls = []
        for layer in model.discriminator.layers:
            if hasattr(layer, "update_power_iteration"):
                move = layer.update_power_iteration
                layer.update_power_iteration = lambda move=move: calls.append(1) or move()
        before = wrapped.v.numpy()
        fit(model)  # one trace
        assert len(calls) == 2 * 3  # two layers, three discriminator steps
        assert not np.array_equal(before, wrapped.v.numpy())


def test_log_means_by_hand():
    logs = LogMeans(["a", "b"])
    assert {k: float(v) for k, v in logs.result().items()} == {"a": 0.0, "b": 0.0}
    logs.update_state([1.0, 10.0])
    logs.update_state([2.0, 40.0])
    assert {k: float(v) for k, v in logs.result().items()} == {"a": 1.5, "b": 25.0}
    logs.reset_state()
    logs.update_state([7.0, 0.0])
    assert float(logs.result()["a"]) == 7.0


def test_uniform_refuses_an_empty_cube():
    with pytest.raises(ValueError, match=r"low=1.0, high=1.0"):
        kg.latent.Uniform(1.0, 1.0)


def test_no_signal_handler_is_left_by_plain_training(model):
    before = signal.getsignal(signal.SIGINT)
    fit(model)
    assert signal.getsignal(signal.SIGINT) is before
