"""CycleGAN: translation learnt without pairs, by two translators that undo one another.

Paper:      Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
            arXiv:1703.10593, section 4 and appendix 7: least squares, lambda = 10, a pool of 50, Adam 2e-4 with beta_1
            0.5, constant for half of the epochs, then linear to 0, batches of 1.
Command:    keras-gans train cyclegan_zhu2017 [--data coloured_digits|cycle_gan/horse2zebra|X,Y|FOLDER with trainA...]
            keras-gans translate RUN FOLDER OUT [--backwards]
Paper says: horses and zebras, paintings and photographs, maps: pictures; Cityscapes: scores of a network that segments.
Ours:       Digits of scikit-learn, from grey to orange on blue cloth and back: X to Y 6.5 ± 2.0 % of the identity's
            error, Y to X 7.4 ± 1.0 % of the identity's error (3 seeds, 3,000 steps).
Deviations: coloured digits of 32x32, whose answers are known; two residual blocks in place of six, a quarter of the
            width in both networks, discriminators of 16x16 pixels in place of 70x70; batches of 2 and Adam 5e-4, for a
            run of minutes; no identity loss, which holds a translator back where the sides differ in colour.
"""

import keras_gans as kg

DATA = "coloured_digits"
PAIRED = False
TWO_SIDES = {
    "steps": 3000,
    "batch_size": 2,
    "width": 16,
    "blocks": 2,
    "discriminator_width": 16,
    "depth": 1,
    "learning_rate": 5e-4,
    "cycle_weight": 10.0,
    "identity_weight": 0.0,
    "pool_size": 50,
}


def build(x_shape, y_shape, s):
    """Return the compiled model."""
    there = kg.networks.resnet_translator(x_shape, s.width, s.blocks, output_channels=y_shape[-1])
    back = kg.networks.resnet_translator(y_shape, s.width, s.blocks, output_channels=x_shape[-1])
    discriminators = [
        kg.networks.patch_discriminator(shape, s.discriminator_width, s.depth) for shape in (y_shape, x_shape)
    ]
    model = kg.CycleGAN(there, back, *discriminators, s.cycle_weight, s.identity_weight, s.pool_size)
    half = s.steps // 2
    adam = lambda: kg.optimizers.Adam(  # noqa: E731
        kg.schedules.LinearDecay(s.learning_rate, half, s.steps - half), beta_1=0.5
    )
    model.compile(adam(), adam(), jit_compile=s.jit_compile)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
