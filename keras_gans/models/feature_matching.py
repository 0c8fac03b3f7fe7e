"""Salimans et al. 2016: a generator that matches what the discriminator sees on average."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.checks import check_no_batch_statistics
from keras_gans.features import features_of
from keras_gans.gan import GAN, state_kept
from keras_gans.replicas import mean_over_replicas


@keras.saving.register_keras_serializable(package="keras_gans")
class FeatureMatchingGAN(GAN):
    """The generator brings the means of a discriminator's inner layer over real and generated samples together.

    Salimans et al. 2016, section 3.1, arXiv:1606.03498, with the paper's one-sided label smoothing (section 3.4) where
    `real_label` is below 1; historical averaging (section 3.3) is `track_history`. The means are over the global batch.
    Compiled without optimizers it takes Adam with learning rate 3e-4 and beta_1 0.5.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> logits (m, 1), no sigmoid, without BatchNormalization.
        features: Name of the layer of the discriminator whose output is matched; what its last layer takes in when
            None.
        real_label: Label of real samples in the discriminator's loss, in (0, 1]; the paper smooths 1 to 0.9.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, the discriminator mixes the samples of a batch, it has no such layer or
            one of a single unit, `real_label` is outside (0, 1], or `n_critic` is no integer from 1 up.

    Deviations from the paper: the generator's step takes the real samples of the last discriminator step.

    Example:
        >>> from keras_gans import FeatureMatchingGAN, networks
        >>> D = networks.mlp_discriminator((2,), (128, 128))
        >>> model = FeatureMatchingGAN(networks.mlp_generator(2, (2,)), D, real_label=0.9)
        >>> model.compile()
        >>> model.fit(x, batch_size=256, epochs=10)
    """

    def __init__(self, generator, discriminator, features=None, real_label=1.0, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        check_no_batch_statistics(discriminator, "it would bring the means of real and of generated batches together")
        if not 0 < real_label <= 1:
            raise ValueError(f"real_label={real_label} was passed. Expected a label in (0, 1], such as 0.9.")
        self.features = features
        self.real_label = real_label
        self._feature_network()

    @property
    def undecided_loss(self):
        """That of the plain loss; None under smoothed labels, whose loss does not fall to 0 when D is certain."""
        return losses.UNDECIDED[losses.non_saturating_discriminator] if self.real_label == 1 else None

    def default_optimizers(self):
        """Return Adam(3e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(3e-4, beta_1=0.5), optimizers.Adam(3e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on smoothed labels, then one generator step on the means of features."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.label_smoothed_discriminator(s_real, s_fake, self.real_label)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        (real_features,) = self._mean_features(x, y)
        with tf.GradientTape() as tape:
            (fake_features,) = self._mean_features(self.generated(z, y), y)
            g_loss = losses.feature_matching_generator(real_features, fake_features)
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)

    def keep_top_k(self, share):
        """Refuse: the generator's step has no scores.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            f"keep_top_k({share!r}) was called on a FeatureMatchingGAN. Expected an objective whose generator learns "
            "from scores: this one matches means of features. Use another model."
        )

    def _feature_network(self):
        """The discriminator up to the matched layer."""
        return keras.Model(self.discriminator.inputs, features_of(self.discriminator, self.features))

    def _mean_features(self, x, y):
        """Means over the global batch of the matched layer's output, the state of the discriminator kept."""
        with state_kept([self.discriminator]):
            features = self.in_training(self._feature_network(), x, y)
        return mean_over_replicas(tf.reduce_mean(tf.cast(features, tf.float32), axis=0))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "features": self.features, "real_label": self.real_label}
