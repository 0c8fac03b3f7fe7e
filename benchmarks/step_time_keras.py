"""TensorFlow's candidates of step_time.py: python step_time_keras.py CASE KIND CORES."""

import sys

import keras
import tensorflow as tf
from keras import layers
from step_time_cases import BLOCKS, CASES, CYCLE_WEIGHT, GP_WEIGHT, IDENTITY_WEIGHT, POOL_SIZE
from step_time_protocol import serve

import keras_gans as kg
from keras_gans.flops import flops_of_step
from keras_gans.history_pool import HistoryPool
from keras_gans_cli.free_cores import run_one_operation_a_core


def our_networks(name):
    """Networks of this library."""
    case, networks = CASES[name], kg.networks
    if name == "mlp":
        hidden = (case.width,) * 3
        generator = networks.mlp_generator(case.latent_dim, case.shape, hidden)
        return generator, networks.mlp_discriminator(case.shape, hidden)
    if name == "sn_resnet":
        generator = networks.resnet_generator(case.latent_dim, case.shape, case.width)
        return generator, networks.resnet_discriminator(case.shape, case.width, spectral=True, pooling="sum")
    if name == "cyclegan":
        translators = [networks.resnet_translator(case.shape, case.width, BLOCKS) for _ in range(2)]
        return *translators, *(networks.patch_discriminator(case.shape, case.width) for _ in range(2))
    norm = None if case.loss == "wasserstein" else "batch"
    generator = networks.dcgan_generator(case.latent_dim, case.shape, case.width)
    return generator, networks.dcgan_discriminator(case.shape, case.width, norm=norm)


def stock_networks(name):
    """The same networks of Keras's own layers, as its guides build them."""
    case = CASES[name]
    if name == "cyclegan":
        return tuple(build(case) for build in (_stock_translator, _stock_patches) for _ in range(2))
    z, x = keras.Input((case.latent_dim,)), keras.Input(case.shape)
    build = {"mlp": _stock_mlp, "sn_resnet": _stock_resnet}.get(name, _stock_dcgan)
    return tuple(keras.Model(*ends) for ends in build(case, z, x))


def _stock_mlp(case, z, x):
    def hidden(h):
        for _ in range(3):
            h = layers.Dense(case.width, activation="relu")(h)
        return h

    return (z, layers.Dense(2)(hidden(z))), (x, layers.Dense(1)(hidden(x)))


def _stock_dcgan(case, z, x):
    normed = case.loss != "wasserstein"
    h = layers.Dense(7 * 7 * 2 * case.width, use_bias=False)(z)
    h = layers.ReLU()(layers.BatchNormalization()(layers.Reshape((7, 7, 2 * case.width))(h)))
    h = layers.Conv2DTranspose(case.width, 5, strides=2, padding="same", use_bias=False)(h)
    h = layers.ReLU()(layers.BatchNormalization()(h))
    h = layers.Conv2DTranspose(case.shape[2], 5, strides=2, padding="same", activation="tanh")(h)
    s = layers.LeakyReLU(0.2)(layers.Conv2D(case.width, 5, strides=2, padding="same")(x))
    s = layers.Conv2D(2 * case.width, 5, strides=2, padding="same", use_bias=not normed)(s)
    s = layers.LeakyReLU(0.2)(layers.BatchNormalization()(s) if normed else s)
    return (z, h), (x, layers.Dense(1)(layers.Flatten()(s)))


def _stock_resnet(case, z, x):
    width, spectral = case.width, layers.SpectralNormalization
    conv = lambda kernel: layers.Conv2D(width, kernel, padding="same")  # noqa: E731
    h = layers.Reshape((4, 4, width))(layers.Dense(4 * 4 * width)(z))
    for _ in range(3):
        r = layers.UpSampling2D(2)(layers.ReLU()(layers.BatchNormalization()(h)))
        r = conv(3)(layers.ReLU()(layers.BatchNormalization()(conv(3)(r))))
        h = layers.Add()([r, layers.UpSampling2D(2)(conv(1)(h))])
    h = layers.ReLU()(layers.BatchNormalization()(h))
    h = layers.Conv2D(case.shape[2], 3, padding="same", activation="tanh")(h)

    r = spectral(conv(3))(layers.ReLU()(spectral(conv(3))(x)))
    s = layers.Add()([layers.AveragePooling2D(2)(r), spectral(conv(1))(layers.AveragePooling2D(2)(x))])
    for down in (True, False, False):
        r = spectral(conv(3))(layers.ReLU()(spectral(conv(3))(layers.ReLU()(s))))
        if down:
            r, s = layers.AveragePooling2D(2)(r), spectral(conv(1))(layers.AveragePooling2D(2)(s))
        s = layers.Add()([r, s])
    s = keras.ops.sum(layers.ReLU()(s), axis=(1, 2))
    return (z, h), (x, spectral(layers.Dense(1))(s))


class ReflectionPadding(layers.Layer):
    """Padding as Keras's guide of CycleGAN has it."""

    def __init__(self, padding):
        super().__init__()
        self.padding = (padding, padding)

    def call(self, x):
        """Return the padded images."""
        return tf.pad(x, [[0, 0], self.padding, self.padding, [0, 0]], mode="REFLECT")


def _instance_normalization():
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)


def _stock_translator(case):
    conv = lambda factor, kernel, **kwargs: layers.Conv2D(  # noqa: E731
        factor * case.width, kernel, use_bias=False, **kwargs
    )
    doubled = lambda factor: layers.Conv2DTranspose(  # noqa: E731
        factor * case.width, 3, strides=2, padding="same", use_bias=False
    )
    normed = lambda h: layers.ReLU()(_instance_normalization()(h))  # noqa: E731
    x = keras.Input(case.shape)
    h = normed(conv(1, 7)(ReflectionPadding(3)(x)))
    for factor in (2, 4):
        h = normed(conv(factor, 3, strides=2, padding="same")(h))
    for _ in range(BLOCKS):
        r = conv(4, 3)(ReflectionPadding(1)(normed(conv(4, 3)(ReflectionPadding(1)(h)))))
        h = layers.Add()([h, _instance_normalization()(r)])
    for factor in (2, 1):
        h = normed(doubled(factor)(h))
    return keras.Model(x, layers.Conv2D(case.shape[2], 7, activation="tanh")(ReflectionPadding(3)(h)))


def _stock_patches(case):
    h = x = keras.Input(case.shape)
    for i, strides in enumerate((2, 2, 2, 1)):
        h = layers.Conv2D(2**i * case.width, 4, strides=strides, use_bias=i == 0)(layers.ZeroPadding2D(1)(h))
        h = layers.LeakyReLU(0.2)(_instance_normalization()(h) if i else h)
    return keras.Model(x, layers.Conv2D(1, 4)(layers.ZeroPadding2D(1)(h)))


def batches(case):
    """Endless shuffled batches of samples that lie in memory, gathered and scaled as every candidate does it."""
    sides = [_side(case, seed) for seed in range(case.sides)]
    data = tf.data.Dataset.zip(*sides) if len(sides) > 1 else sides[0]
    options = tf.data.Options()
    options.autotune.enabled = False  # else the end of each round waits, for any candidate, for a sleeping thread
    return data.repeat().prefetch(2).with_options(options)


def _side(case, seed):
    pixels = tf.random.stateless_uniform((case.samples, *case.shape), (seed, 0), maxval=256, dtype=tf.int32)
    pixels = tf.cast(pixels, tf.uint8)
    order = tf.data.Dataset.range(case.samples).shuffle(case.samples, seed=seed)
    data = order.batch(case.m * case.n_critic, drop_remainder=True)
    return data.map(lambda i: tf.cast(tf.gather(pixels, i), tf.float32) / 127.5 - 1.0)


def adam(case, kind=keras.optimizers.Adam):
    """Adam of a case: Keras's, or the library's own."""
    rate, beta_1, beta_2 = case.adam
    return kind(rate, beta_1=beta_1, beta_2=beta_2)


def our_model(name, **compiled):
    """The library's model of a case, compiled."""
    case = CASES[name]
    if case.loss == "cycle":
        model = kg.CycleGAN(*our_networks(name), CYCLE_WEIGHT, IDENTITY_WEIGHT, POOL_SIZE)
    else:
        kind = {"non_saturating": kg.NonSaturatingGAN, "hinge": kg.HingeGAN, "wasserstein": kg.WGANGP}[case.loss]
        model = kind(*our_networks(name), n_critic=case.n_critic)
    model.compile(adam(case, kg.optimizers.Adam), adam(case, kg.optimizers.Adam), **compiled)
    return model


def networks_of(model):
    """The networks of a model of this library, generators first."""
    return [network for side in model.player_networks() for network in side]


def told(networks):
    """What a candidate says of itself."""
    parameters = [sum(int(tf.size(v.value)) for v in network.trainable_variables) for network in networks]
    return {"tensorflow": tf.__version__, "keras": keras.__version__, "trainable_parameters": parameters}


def fit(name, steps_per_execution=1, **compiled):
    """`model.fit` of this library; with several steps in one call of the graph it makes whole calls."""
    model, data = our_model(name, steps_per_execution=steps_per_execution, **compiled), batches(CASES[name])

    def run(steps):
        calls = -(-steps // steps_per_execution)
        model.fit(data, steps_per_epoch=calls * steps_per_execution, verbose=0)

    return run, told(networks_of(model))


def bare(name):
    """The same `train_step` in the barest loop: what `fit` itself costs."""
    model, data = our_model(name), iter(batches(CASES[name]))
    step = tf.function(model.train_step)

    def run(steps):
        for _ in range(steps):
            logs = step(next(data))
        return float(logs["generator_loss"])

    return run, told(networks_of(model))


def guide(name):
    """A model as the Keras guides write one: separate passes, two tapes, the losses returned as they are."""
    case, networks = CASES[name], stock_networks(name)
    model = (guide_cyclegan if case.loss == "cycle" else guide_gan)(case, *networks)
    model.compile(adam(case), adam(case))
    data = batches(case)
    run = lambda steps: model.fit(data, steps_per_epoch=steps, verbose=0)  # noqa: E731
    return run, told(networks)


class GuideModel(keras.Model):
    """What the models of the guides share: two optimizers."""

    def compile(self, d_optimizer, g_optimizer):
        """Take the optimizers."""
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def update(self, optimizer, tape, loss, *networks):
        """Update the weights of networks."""
        weights = [weight for network in networks for weight in network.trainable_variables]
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


def guide_gan(case, generator, discriminator):
    """One generator, one discriminator."""
    logistic = keras.losses.BinaryCrossentropy(from_logits=True)
    mean = tf.reduce_mean

    def d_cost(real, fake):
        if case.loss == "non_saturating":
            return logistic(tf.ones_like(real), real) + logistic(tf.zeros_like(fake), fake)
        if case.loss == "hinge":
            return mean(tf.nn.relu(1.0 - real)) + mean(tf.nn.relu(1.0 + fake))
        return mean(fake) - mean(real)

    def g_cost(fake):
        return logistic(tf.ones_like(fake), fake) if case.loss == "non_saturating" else -mean(fake)

    class GuideGAN(GuideModel):
        def penalty(self, real, fake):
            alpha = tf.random.uniform((case.m, 1, 1, 1))
            mixed = real + alpha * (fake - real)
            with tf.GradientTape() as tape:
                tape.watch(mixed)
                values = discriminator(mixed, training=True)
            gradients = tape.gradient(values, [mixed])[0]
            norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3]) + 1e-12)
            return GP_WEIGHT * mean(tf.square(norms - 1.0))

        def train_step(self, data):
            for real in tf.split(data, case.n_critic):
                z = tf.random.normal((case.m, case.latent_dim))
                with tf.GradientTape() as tape:
                    fake = generator(z, training=True)
                    d_loss = d_cost(discriminator(real, training=True), discriminator(fake, training=True))
                    if case.loss == "wasserstein":
                        d_loss += self.penalty(real, fake)
                self.update(self.d_optimizer, tape, d_loss, discriminator)
            z = tf.random.normal((case.m, case.latent_dim))
            with tf.GradientTape() as tape:
                g_loss = g_cost(discriminator(generator(z, training=True), training=True))
            self.update(self.g_optimizer, tape, g_loss, generator)
            return {"d_loss": d_loss, "g_loss": g_loss}

    return GuideGAN()


def guide_cyclegan(case, G, F, D_Y, D_X):
    """The step of the paper, whose pools, sum of losses and one optimizer of each side the guide leaves out."""
    squares, distance = keras.losses.MeanSquaredError(), keras.losses.MeanAbsoluteError()
    pools = [HistoryPool(POOL_SIZE, case.shape) for _ in range(2)]

    class GuideCycleGAN(GuideModel):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_fake, x_fake = G(x, training=True), F(y, training=True)
                cycle = distance(x, F(y_fake, training=True)) + distance(y, G(x_fake, training=True))
                same = distance(x, F(x, training=True)) + distance(y, G(y, training=True))
                s_y, s_x = D_Y(y_fake, training=True), D_X(x_fake, training=True)
                g_loss = squares(tf.ones_like(s_y), s_y) + squares(tf.ones_like(s_x), s_x)
                g_loss += CYCLE_WEIGHT * (cycle + IDENTITY_WEIGHT * same)
            self.update(self.g_optimizer, tape, g_loss, G, F)
            y_shown, x_shown = (
                pool.query(fake, tf.random.uniform((case.m, 2)))
                for pool, fake in zip(pools, (y_fake, x_fake), strict=True)
            )
            with tf.GradientTape() as tape:
                d_loss = 0.0
                for discriminator, real, fake in ((D_Y, y, y_shown), (D_X, x, x_shown)):
                    s_real, s_fake = discriminator(real, training=True), discriminator(fake, training=True)
                    d_loss += squares(tf.ones_like(s_real), s_real) + squares(tf.zeros_like(s_fake), s_fake)
                d_loss *= 0.5
            self.update(self.d_optimizer, tape, d_loss, D_Y, D_X)
            return {"d_loss": d_loss, "g_loss": g_loss}

    return GuideCycleGAN()


def fit_bfloat16(name):
    """`model.fit` in mixed precision."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    return fit(name)


def peak(work):
    """The machine's own pace at float32: products of matrices, or convolutions; a step is one of them."""
    if work == "matmul":
        a, b, flops = tf.random.normal((2048, 2048)), tf.random.normal((2048, 2048)), 2 * 2048**3
        one = tf.function(lambda: tf.reduce_sum(tf.matmul(a, b)))
    else:
        x, kernel = tf.random.normal((64, 32, 32, 64)), tf.random.normal((3, 3, 64, 64))
        flops = 2 * 64 * 32 * 32 * 64 * 64 * 9
        one = tf.function(lambda: tf.reduce_sum(tf.nn.conv2d(x, kernel, 1, "SAME")))

    def run(steps):
        for _ in range(steps):
            one().numpy()

    return run, {"flops": flops}


def count_flops(name):
    """No candidate: the floating-point operations of a step."""
    return lambda steps: None, {"flops": flops_of_step(our_model(name), CASES[name].m)}


KINDS = {
    "fit": fit,
    "bare": bare,
    "guide": guide,
    "fit_bfloat16": fit_bfloat16,
    "fit_xla": lambda name: fit(name, jit_compile=True),
    "fit_10_steps": lambda name: fit(name, steps_per_execution=10),
    "flops": count_flops,
}


def main():
    case, kind, cores = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tf.config.threading.set_intra_op_parallelism_threads(cores)
    if kind in {*KINDS} - {"guide", "fit_xla"} and CASES[case].sides == 2:
        run_one_operation_a_core()  # as the command keras-gans does
    if case == "peak":
        serve(lambda: peak(kind))
    else:
        serve(lambda: KINDS[kind](case))


if __name__ == "__main__":
    main()
