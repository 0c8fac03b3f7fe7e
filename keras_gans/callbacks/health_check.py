"""How GANs fail, seen while there is still time."""

import keras
import numpy as np
import tensorflow as tf

from keras_gans.callbacks.chief_only import chief_only

# Where trouble begins. The models that runs of every objective ended with stay far from all of these: a loss of 0.38
# and more of an undecided discriminator's, samples that vary 0.88 to 1.15 times as much as real ones, score gradients
# of 0.007 to 200 (recipes/README.md has the runs).
CERTAIN = 0.04
COLLAPSED = 0.2
EXPLODING = 2e3
VANISHING = 1e-5
DEAD = 1e-6
YOUNG = 500  # generator steps before which samples vary little because they hardly do yet
SEED = 0


@chief_only
class HealthCheck(keras.callbacks.Callback):
    """Say in words when training goes the way of the known failures, with the usual remedies.

    At the end of each epoch it looks at the epoch's mean losses and at one batch of samples, in training mode and
    without a trace in the model's state, and adds two numbers to the logs: `diversity`, the standard deviation of
    samples over that of real ones (mean over coordinates; 1 is right, 0 one single sample), and `score_gradient`, what
    reaches the generator of the discriminator's scores: the mean norm of ds/dx times the norm of the deviation of real
    samples, the change of the score, to first order, across the data. What is wrong is in `model.warnings`, a list of
    sentences that is empty while all is well; `Progress` shows them and `RunFolder` records them, so it goes before
    both.

    - discriminator certain: its loss is below 4 % of an undecided one's (`model.undecided_loss`; not for Wasserstein
      critics, which are meant to be ahead);
    - gradients explode: `score_gradient` above 2000;
    - gradients vanish: `score_gradient` below 1e-5;
    - generator dead: less than 1e-6 of the gradient at its samples arrives at its weights;
    - generator collapsed: `diversity` below 0.2, from step 500 on;
    - float16 overflows: a loss scale has fallen below 1.

    Args:
        real: Real samples to compare with, (n, ...), or (x, y) for conditional networks; 64 to 256 are enough.

    Raises:
        TypeError: When training begins, if the model has no discriminator.
        ValueError: When training begins, if `real` is of another shape than the discriminator's input, or without y.

    Example:
        ```python
        model.fit(x, epochs=10, verbose=0, callbacks=[HealthCheck(x[:64]), Progress(batch_size=64)])
        ```
    """

    def __init__(self, real):
        super().__init__()
        self.real, self.y = real if isinstance(real, tuple) else (real, None)
        self._measure = self._measured = None

    def on_train_begin(self, logs=None):
        """Look at the real samples."""
        if not hasattr(self.model, "discriminator"):
            raise TypeError(
                f"HealthCheck was given to a {type(self.model).__name__}, which has no discriminator. Expected a GAN "
                "of a generator and a discriminator. Leave it out."
            )
        expected = tuple(self.model.discriminator.inputs[0].shape[1:])
        real = np.asarray(self.real, dtype="float32")
        if len(real) < 2 or real.shape[1:] != expected or (self.y is None) == self.model.is_conditional:
            raise ValueError(
                f"real of shape {real.shape} was passed {'with' if self.y is not None else 'without'} y. Expected at "
                f"least two samples of shape {expected}{' with their y' if self.model.is_conditional else ''}. Pass "
                "samples of the training data."
            )
        deviations = real.std(axis=0)
        self._real_deviation = float(deviations.mean())
        self._extent = float(np.linalg.norm(deviations))
        z = self.model.latent.sample((len(real), self.model.latent_dim), (SEED, 0))
        self._inputs = [z] if self.y is None else [z, tf.convert_to_tensor(self.y)]
        if self._measured is not self.model:  # `fit` may be called many times
            generator, discriminator, self._measured = self.model.generator, self.model.discriminator, self.model
            measure = lambda *inputs: _measure_samples(generator, discriminator, inputs)  # noqa: E731
            self._measure = tf.function(measure, autograph=False)
        self.model.warnings = []

    def on_epoch_end(self, epoch, logs=None):
        """Measure, and say what is wrong."""
        if self.model.interrupted:
            return
        deviation, at_samples, at_weights = map(float, self._measure(*self._inputs))
        logs["diversity"] = deviation / self._real_deviation
        logs["score_gradient"] = at_samples * self._extent
        self.model.warnings = [
            *_of_losses(self.model, logs),
            *_of_gradients(logs["score_gradient"], at_weights / at_samples if at_samples else 1.0),
            *_of_samples(self.model.step, logs["diversity"]),
            *_of_loss_scales(self.model),
        ]


def _measure_samples(generator, discriminator, inputs):
    """Return the samples' deviation, the mean norm of ds/dx, and the norm of the scores' gradient at G's weights."""
    with keras.StatelessScope(), tf.GradientTape() as tape:  # no moving average or seed moves
        x_fake = generator(inputs if len(inputs) > 1 else inputs[0], training=True)
        takes_y = len(discriminator.inputs) > 1
        outputs = discriminator([x_fake, *inputs[1:]] if takes_y else x_fake, training=True)
        scores = outputs if len(discriminator.outputs) == 1 else outputs[0]
        total = tf.reduce_sum(tf.cast(scores, tf.float32))
    weights = [v.value for v in generator.trainable_variables]
    at_samples, *at_weights = tape.gradient(total, [x_fake, *weights], unconnected_gradients="zero")
    rows = tf.shape(x_fake)[0]
    each = tf.norm(tf.reshape(tf.cast(at_samples, tf.float32), (rows, -1)), axis=1)
    deviation = tf.reduce_mean(tf.math.reduce_std(tf.cast(x_fake, tf.float32), axis=0))
    whole = tf.linalg.global_norm([tf.cast(g, tf.float32) for g in at_weights]) / tf.cast(rows, tf.float32)
    return deviation, tf.reduce_mean(each), whole


def _of_losses(model, logs):
    undecided, loss = model.undecided_loss, logs["discriminator_loss"] - logs.get("penalty", 0.0)
    if undecided is not None and loss < CERTAIN * undecided:
        yield (
            f"Discriminator certain: its loss, {loss:.2g}, is far below the {undecided:.2g} of an undecided one, and "
            "teaches the generator little. Usual remedies: a lower learning rate of the discriminator, a gradient "
            "penalty or spectral normalization, instance noise, augmentation if the data are few."
        )


def _of_gradients(score_gradient, arriving):
    if score_gradient > EXPLODING:
        yield (
            f"Gradients explode: across the data the discriminator's score changes by {score_gradient:.2g}. Usual "
            "remedies: lower learning rates, a gradient penalty or spectral normalization, a smaller clip_value."
        )
    elif score_gradient < VANISHING:
        yield (
            f"Gradients vanish: across the data the discriminator's score changes by {score_gradient:.2g}. Usual "
            "remedies: a larger clip_value or spectral norm, fewer layers, normalization in the discriminator, the "
            "non-saturating loss in place of the minimax one."
        )
    elif arriving < DEAD:
        yield (
            "Generator dead: no gradient arrives at its weights; its units are all off or saturated. Usual remedies: "
            "begin anew with a lower learning rate of the generator, LeakyReLU in place of ReLU, normalization in it."
        )


def _of_samples(step, diversity):
    if step >= YOUNG and diversity < COLLAPSED:
        yield (
            f"Generator collapsed: its samples vary {diversity:.2g} times as much as real ones. Usual remedies: lower "
            "learning rates, a Wasserstein loss with gradient penalty, minibatch discrimination, larger batches; go "
            "back to a backup from before."
        )


def _of_loss_scales(model):
    for name in ("generator_optimizer", "discriminator_optimizer"):
        optimizer = getattr(model, name)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) and float(optimizer.dynamic_scale) < 1:
            yield (
                f"float16 overflows: the loss scale of the {name.replace('_', ' ')} fell to "
                f"{float(optimizer.dynamic_scale):.2g}. Usual remedies: mixed_bfloat16, lower learning rates."
            )
