"""VAE: an encoder beside the decoder, and a lower bound of log p(x) that both raise.

Paper:      Kingma and Welling 2014, "Auto-Encoding Variational Bayes", arXiv:1312.6114, Algorithm 1 with equation 10,
            appendix C; networks and protocol of Burda et al. 2016, arXiv:1509.00519, section 5: 784-200-200-50, tanh.
Command:    keras-gans train vae_kingma2014 [--data binary_mnist|mnist|fashion_mnist|digits|FOLDER|...]
Paper says: static binarized MNIST, by 5,000 draws: log p(x) = -88.71 nats (Burda et al., fixed binarization).
Ours:       MNIST in black and white, by log-likelihood: -log p(x) 89.78 nats, -ELBO 95.33 nats (1 seed, 60,000 steps).
Deviations: bits drawn from MNIST by ourselves; Adam with 3e-3 falling to 0 along a cosine, batches of 100 in place of
            20, 100 passes over the data in place of 3,280 at learning rates that fall in eight steps, for a run of
            minutes; one initial bias for all pixels, the logit of their mean, in place of one for each.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "binary_mnist"
IMAGES = {
    "steps": 60_000,
    "batch_size": 100,
    "latent_dim": 50,
    "width": 200,
    "output_bias": -1.9,  # the logit of MNIST's mean pixel, 0.13
    "learning_rate": 3e-3,
    "beta": 1.0,
}


def build(sample_shape, s):
    """Return the compiled model."""
    hidden = (s.width, s.width)
    encoder = kg.networks.mlp_encoder(sample_shape, s.latent_dim, hidden)
    decoder = kg.networks.mlp_decoder(s.latent_dim, sample_shape, hidden, output_bias=s.output_bias)
    model = kg.VAE(encoder, decoder, kg.distributions.Bernoulli(low=-1), s.beta)
    model.compile(falling_adam(s.learning_rate, s.steps, 0.9, 0.999, 1e-4), jit_compile=s.jit_compile)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
