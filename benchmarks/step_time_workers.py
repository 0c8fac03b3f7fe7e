"""The candidates of step_time.py; each runs in a process of its own: python step_time_workers.py KIND."""

import json
import sys
import time

M, N_CRITIC, LATENT, GP_WEIGHT = 64, 5, 128, 10.0
ADAM = {"learning_rate": 1e-4, "beta_1": 0.0, "beta_2": 0.9}


def serve(run, **info):
    """Answer each number of steps on standard input with the time that they took."""
    begin = time.perf_counter()
    run(1)
    print(json.dumps({**info, "first_step_seconds": round(time.perf_counter() - begin, 2)}), flush=True)
    for line in sys.stdin:
        begin, cpu = time.perf_counter(), time.process_time()
        run(int(line))
        answer = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - cpu}
        print(json.dumps(answer), flush=True)


def keras_networks():
    from keras_gans import networks

    generator = networks.dcgan_generator(LATENT, (28, 28, 1), width=64)
    return generator, networks.dcgan_discriminator((28, 28, 1), width=64, norm=None)


def keras_info(generator, discriminator):
    import keras
    import tensorflow as tf

    parameters = [generator.count_params(), discriminator.count_params()]
    return {"tensorflow": tf.__version__, "keras": keras.__version__, "parameters": parameters}


def images(rows):
    import tensorflow as tf

    pixels = tf.random.stateless_uniform((60000 // 8, 28, 28, 1), (0, 0), maxval=256, dtype=tf.int32)
    pixels = tf.cast(pixels, tf.uint8)
    batches = tf.data.Dataset.range(len(pixels)).shuffle(len(pixels), seed=0).batch(rows, drop_remainder=True)
    batches = batches.map(lambda i: tf.cast(tf.gather(pixels, i), tf.float32) / 127.5 - 1.0)
    options = tf.data.Options()
    options.autotune.enabled = False  # else the end of each round waits, for any candidate, for a sleeping thread
    return batches.repeat().prefetch(2).with_options(options)


def ours():
    import keras_gans as kg

    model = kg.WGANGP(*keras_networks())
    model.compile()
    data = images(M * N_CRITIC)
    serve(
        lambda steps: model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0),
        **keras_info(model.generator, model.discriminator),
    )


def ours_bare():
    """The same train_step in the barest loop: what `fit` itself costs."""
    import tensorflow as tf

    import keras_gans as kg

    model = kg.WGANGP(*keras_networks())
    model.compile()
    step = tf.function(model.train_step)
    batches = iter(images(M * N_CRITIC))

    def run(steps):
        for _ in range(steps):
            logs = step(next(batches))
        return float(logs["generator_loss"])

    serve(run, **keras_info(model.generator, model.discriminator))


def stock_networks():
    """The same networks of Keras's own layers, as its guides build them."""
    import keras
    from keras import layers

    generator = keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(7 * 7 * 128, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Reshape((7, 7, 128)),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


def guide(networks=stock_networks):
    """A model as the Keras guides write one: separate passes, two tapes, the losses returned as they are."""
    import keras
    import tensorflow as tf

    class GuideWGANGP(keras.Model):
        def __init__(self, discriminator, generator):
            super().__init__()
            self.discriminator = discriminator
            self.generator = generator

        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer = d_optimizer
            self.g_optimizer = g_optimizer

        def penalty(self, real, fake):
            alpha = tf.random.uniform((M, 1, 1, 1))
            mixed = real + alpha * (fake - real)
            with tf.GradientTape() as tape:
                tape.watch(mixed)
                values = self.discriminator(mixed, training=True)
            gradients = tape.gradient(values, [mixed])[0]
            norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3]) + 1e-12)
            return tf.reduce_mean(tf.square(norms - 1.0))

        def train_step(self, real):
            for _ in range(N_CRITIC):
                z = tf.random.normal((M, LATENT))
                with tf.GradientTape() as tape:
                    fake = self.generator(z, training=True)
                    fake_values = self.discriminator(fake, training=True)
                    real_values = self.discriminator(real, training=True)
                    d_cost = tf.reduce_mean(fake_values) - tf.reduce_mean(real_values)
                    d_loss = d_cost + GP_WEIGHT * self.penalty(real, fake)
                gradients = tape.gradient(d_loss, self.discriminator.trainable_variables)
                self.d_optimizer.apply_gradients(zip(gradients, self.discriminator.trainable_variables, strict=True))
            z = tf.random.normal((M, LATENT))
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                g_loss = -tf.reduce_mean(self.discriminator(fake, training=True))
            gradients = tape.gradient(g_loss, self.generator.trainable_variables)
            self.g_optimizer.apply_gradients(zip(gradients, self.generator.trainable_variables, strict=True))
            return {"d_loss": d_loss, "g_loss": g_loss}

    generator, discriminator = networks()
    model = GuideWGANGP(discriminator, generator)
    model.compile(keras.optimizers.Adam(**ADAM), keras.optimizers.Adam(**ADAM))
    data = images(M)
    serve(
        lambda steps: model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0),
        **keras_info(generator, discriminator),
    )


def torch_loop(tuned=False):
    """A plain loop; tuned: channels_last and fused Adam."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    torch.set_num_threads(2)
    generator = nn.Sequential(
        nn.Linear(LATENT, 7 * 7 * 128, bias=False),
        nn.Unflatten(1, (128, 7, 7)),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 5, 2, padding=2, output_padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 5, 2, padding=2, output_padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, padding=2),
        nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 5, 2, padding=2),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(7 * 7 * 128, 1),
    )
    layout = torch.channels_last if tuned else torch.contiguous_format
    generator, discriminator = generator.to(memory_format=layout), discriminator.to(memory_format=layout)
    adam = {"lr": 1e-4, "betas": (0.0, 0.9), "fused": tuned}
    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    pixels = torch.randint(0, 256, (60000 // 8, 1, 28, 28), dtype=torch.uint8)

    def run(steps):
        for _ in range(steps):
            for _ in range(N_CRITIC):
                x = pixels[torch.randint(0, len(pixels), (M,))].float() / 127.5 - 1.0
                x = x.contiguous(memory_format=layout)
                with torch.no_grad():
                    x_fake = generator(torch.randn(M, LATENT))
                epsilon = torch.rand(M, 1, 1, 1)
                x_hat = (x_fake + epsilon * (x - x_fake)).requires_grad_()
                (gradient,) = torch.autograd.grad(discriminator(x_hat).sum(), x_hat, create_graph=True)
                penalty = ((gradient.flatten(1).norm(2, dim=1) - 1.0) ** 2).mean()
                d_loss = discriminator(x_fake).mean() - discriminator(x).mean() + GP_WEIGHT * penalty
                d_optimizer.zero_grad()
                d_loss.backward()
                d_optimizer.step()
            discriminator.requires_grad_(False)
            g_loss = -discriminator(generator(torch.randn(M, LATENT))).mean()
            g_optimizer.zero_grad()
            g_loss.backward()
            g_optimizer.step()
            discriminator.requires_grad_(True)
        return float(g_loss.detach())

    parameters = [sum(p.numel() for p in network.parameters()) for network in (generator, discriminator)]
    serve(run, torch=torch.__version__, parameters=parameters)


if __name__ == "__main__":
    kinds = {
        "ours": ours,
        "ours_bare": ours_bare,
        "guide": guide,
        "guide_ours": lambda: guide(keras_networks),
        "torch": torch_loop,
        "torch_tuned": lambda: torch_loop(tuned=True),
    }
    kinds[sys.argv[1]]()
