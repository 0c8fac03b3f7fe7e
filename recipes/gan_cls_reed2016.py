"""GAN-CLS: text to image, with a discriminator that also sees wrong texts.

Paper:      Reed et al. 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396, Algorithm 1 and
            section 5: Adam 2e-4, beta_1 0.5, batches of 64, the text's vector brought to 128 numbers.
Command:    keras-gans train gan_cls_reed2016 [--data attribute_faces|FOLDER with captions.csv|mnist|...]
            [--set mismatched=False]: without wrong texts, which is ConditionalGAN
            keras-gans sample RUN --caption "green hair, red eyes"
Paper says: birds and flowers: pictures.
Ours:       Drawn faces, asked for by caption: hair and eyes right 96.0 ± 0.4 %, of held-out combinations 95.0 ± 0.4 %
            (2 seeds, 4,000 steps).
Deviations: drawn faces of 32x32, whose texts are phrases of a fixed vocabulary, one-hot, in place of birds, flowers
            and a learned encoder of texts; networks of DCGAN, a quarter of its width; Adam 1e-3 falling to 0 along a
            cosine, for a run of minutes. A moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "attribute_faces"
IMAGES = {
    "steps": 4000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "learning_rate": 1e-3,
    "ema_decay": 0.99,
    "mismatched": True,
}


def build(sample_shape, s, condition):
    """Return the compiled model."""
    generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, 4, stop_below=5, condition=condition)
    discriminator = kg.networks.dcgan_discriminator(sample_shape, s.width, 4, stop_below=5, condition=condition)
    model = (kg.MatchingAwareGAN if s.mismatched else kg.ConditionalGAN)(generator, discriminator)
    model.compile(
        falling_adam(s.learning_rate, s.steps), falling_adam(s.learning_rate, s.steps), jit_compile=s.jit_compile
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
