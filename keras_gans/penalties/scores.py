"""Terms of the scores themselves: LeCam, and consistency under augmentation and under changes of z."""

import keras
import tensorflow as tf

from keras_gans.penalties.terms import Penalty, check_weight
from keras_gans.replicas import mean_over_replicas


class _ScoreAverages(keras.layers.Layer):
    """Moving averages of the mean scores of real and of generated samples, as weights, saved with the model."""

    def __init__(self, decay, name="score_averages"):
        super().__init__(name=name)
        self.decay = decay
        kept = {"shape": (), "initializer": "zeros", "trainable": False, "aggregation": "only_first_replica"}
        self.real, self.fake = self.add_weight(name="real", **kept), self.add_weight(name="fake", **kept)
        self.share = self.add_weight(name="share", **kept)  # of the averages that is of scores, and not of their start
        self.built = True

    def follow(self, real, fake):
        """Take in the means of a step; return both averages, of which the zeros of the start are taken out."""
        for average, value in ((self.real, real), (self.fake, fake), (self.share, tf.ones(()))):
            average.assign(self.decay * average.value + (1.0 - self.decay) * value)
        return self.real.value / self.share.value, self.fake.value / self.share.value


@keras.saving.register_keras_serializable(package="keras_gans")
class LeCam(Penalty):
    """E relu(s(x) - a_fake)^2 + E relu(a_real - s(G(z)))^2 with moving averages a of both kinds' mean scores.

    Tseng et al. 2021, "Regularizing Generative Adversarial Networks under Limited Data", equations 3 and 4,
    arXiv:2104.03310, with the rectifiers of the authors' code: scores are held near the average of the other kind, the
    more so the fewer the data. The averages are over the global batch, include the present one, and are saved with the
    model.

    Args:
        weight: lambda; 0.3 for BigGAN on CIFAR-10 in the paper. See `Penalty`.
        decay: Share of the averages that is kept in each discriminator step, in [0, 1); 0.99 in the authors' code.

    Raises:
        ValueError: If `weight` is negative or `decay` outside [0, 1).
    """

    of_scores = True

    def __init__(self, weight=0.3, decay=0.99):
        super().__init__(weight)
        if not 0 <= decay < 1:
            raise ValueError(f"decay={decay!r} was passed. Expected a share in [0, 1), such as 0.99.")
        self.decay = decay
        self.state = _ScoreAverages(decay)

    def points(self, x, x_fake, uniform):
        """Return none: the scores of the step are taken."""
        return ()

    def value(self, score, *, scores):
        """Return the term without its weight, and move the averages."""
        s_real, s_fake = scores
        means = [tf.stop_gradient(tf.reduce_mean(s)) for s in (s_real, s_fake)]
        average_real, average_fake = self.state.follow(*mean_over_replicas(*means))
        return tf.reduce_mean(tf.square(tf.nn.relu(s_real - average_fake))) + tf.reduce_mean(
            tf.square(tf.nn.relu(average_real - s_fake))
        )

    def get_config(self):
        """Return the constructor's arguments."""
        config = super().get_config()
        return {"weight": config["weight"], "decay": self.decay}


@keras.saving.register_keras_serializable(package="keras_gans")
class BalancedConsistency(Penalty):
    """E (s(x) - s(T(x)))^2 + E (s(G(z)) - s(T(G(z))))^2: scores are to stay as they are under T.

    Zhao et al. 2021, "Improved Consistency Regularization for GANs", Algorithm 1, arXiv:2002.04724 (bCR); without the
    generated samples it is that of Zhang et al. 2020, arXiv:1910.12027. Unlike augmentation within D it does not teach
    D to take augmented samples for real.

    Args:
        augment: T, such as `layers.DiffAugment(color=False, cutout=0)`: a layer, or function of (samples, training).
        weight: lambda_real and lambda_fake, 10 in the paper; see `Penalty`.
        generated: Whether the second term is there.
        interval: See `Penalty`.

    Raises:
        TypeError: If `augment` is no function.
        ValueError: If `weight` is negative, or `interval` no integer from 1 up.
    """

    of_scores = True

    def __init__(self, augment, weight=10.0, generated=True, interval=1):
        super().__init__(weight, interval)
        if not callable(augment):
            raise TypeError(f"augment={augment!r} was passed. Expected a layer such as layers.DiffAugment().")
        self.augment = augment
        self.generated = bool(generated)

    def points(self, x, x_fake, uniform):
        """Return the augmented samples."""
        samples = (x, x_fake) if self.generated else (x,)
        return tuple(self.augment(s, training=True) for s in samples)

    def value(self, score, *points, scores):
        """Return the term without its weight."""
        terms = [tf.reduce_mean(tf.square(s - score(point))) for s, point in zip(scores, points, strict=False)]
        return tf.add_n(terms)

    def get_config(self):
        """Return the constructor's arguments."""
        augment = keras.saving.serialize_keras_object(self.augment)
        return {**super().get_config(), "augment": augment, "generated": self.generated}


@keras.saving.register_keras_serializable(package="keras_gans")
class LatentConsistency:
    """A small change of z is to change the samples, and not their scores, for `ComposedGAN(latent_consistency=...)`.

    Zhao et al. 2021, "Improved Consistency Regularization for GANs", Algorithm 2, arXiv:2002.04724 (zCR), with
    z' = z + sigma N: the discriminator pays lambda_dis E (s(G(z)) - s(G(z')))^2, the generator
    -lambda_gen E |G(z) - G(z')|^2, which is the mean over a sample's values here; the paper does not say. With
    `BalancedConsistency` it is the paper's ICR-GAN.

    Args:
        discriminator_weight: lambda_dis, >= 0; 5 in the paper for logistic losses, 20 for the hinge.
        generator_weight: lambda_gen, >= 0; 0.5 in the paper.
        stddev: sigma, above 0; 0.03 in the paper, 0.07 for the hinge.

    Raises:
        ValueError: If a weight is negative, or `stddev` not above 0.
    """

    def __init__(self, discriminator_weight=5.0, generator_weight=0.5, stddev=0.03):
        check_weight(discriminator_weight=discriminator_weight, generator_weight=generator_weight)
        if not stddev > 0:
            raise ValueError(f"stddev={stddev!r} was passed. Expected a number above 0, such as 0.03.")
        self.discriminator_weight = discriminator_weight
        self.generator_weight = generator_weight
        self.stddev = stddev

    def near(self, z, noise):
        """Return z', of noise from N(0, I) of the shape of z."""
        return z + self.stddev * noise

    def discriminator_term(self, s_fake, s_near):
        """Return what the discriminator pays, of the scores of G(z) and of G(z')."""
        return self.discriminator_weight * tf.reduce_mean(tf.square(s_fake - s_near))

    def generator_term(self, x_fake, x_near):
        """Return what the generator pays, of G(z) and G(z')."""
        return -self.generator_weight * tf.reduce_mean(tf.square(tf.cast(x_fake - x_near, tf.float32)))

    def get_config(self):
        """Return the constructor's arguments."""
        names = ("discriminator_weight", "generator_weight", "stddev")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config):
        """Rebuild the object from `get_config`."""
        return cls(**config)
