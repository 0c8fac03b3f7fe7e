"""FastCaloGAN: showers in a calorimeter, told the particle's energy, by WGAN-GP.

Paper:      ATLAS 2021, "AtlFast3: the next generation of fast simulation in ATLAS", arXiv:2109.02551, whose networks
            are FastCaloGAN's, ATL-SOFT-PUB-2020-006: 300 of them, one for each particle and slice of |eta|; z of 50
            numbers, batches of 128, Adam 1e-4, beta_1 0.5, lambda 10, n_critic 5, 1,000,000 iterations, of which the
            best by chi-square of the total energy is kept.
Command:    keras-gans train fastcalogan [--data calorimeter|FILE.hdf5]
            keras-gans sample RUN --y 65536 --out showers.hdf5: energies in MeV
Paper says: figures in docs/calorimeter.md.
Ours:       Photons in a calorimeter, by energy: chi-square / ndf of the total energy 1.28 ± 0.15, largest shift of its
            mean 0.61 ± 0.23 % (3 seeds, 8,000 steps).
Deviations: simulated photons (`data.simulated_showers`), or CaloChallenge's file of them, in one slice of |eta|. The
            network does not make E_voxel / E: it makes roots of shares of voxels in their layers, fourth roots of
            those of layers in the shower, and the response in standard deviations about its mean at that energy
            (`ShowerUnits`), for the penalty is taken in these; so the mean response is right from the first steps on.
            z of N(0, 1). Batch normalization and swish, as CaloChallenge's networks have them. Adam 1e-3 falling to 0
            along a cosine, n_critic 3, a moving average of the weights, for a run of minutes.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "calorimeter"
SHOWERS = {
    "steps": 8000,
    "batch_size": 128,
    "latent_dim": 50,
    "n_critic": 3,
    "gp_weight": 10.0,
    "learning_rate": 1e-3,
    "ema_decay": 0.998,
}


def build(units, s):
    """Return the compiled model, whose samples the command brings to MeV by `model.in_units(units)`."""
    generator = kg.networks.shower_generator(s.latent_dim, units.sizes)
    model = kg.WGANGP(generator, kg.networks.shower_critic(units.sizes), s.n_critic, s.gp_weight)
    model.compile(
        falling_adam(s.learning_rate, s.steps),
        falling_adam(s.learning_rate, s.steps * s.n_critic),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
