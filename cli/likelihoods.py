"""What is proper to models that tell log p(x): held-out samples, how they are measured by these, reconstructions."""

import keras_gans as kg
from keras_gans import callbacks
from keras_gans.callbacks.evaluate_likelihood import measure_likelihood
from keras_gans.callbacks.sample_grid import picture_reconstructions
from keras_gans.data.named import held_out
from keras_gans_cli import evaluation

MOST = 10_000  # held-out images that a trained model is measured by
NUM_DRAWS = 5000  # of z for each, as Burda et al. 2016 have it
COLUMNS = 12  # of the picture of reconstructions


def has_likelihood(model):
    """Whether a model tells log p(x) of samples: has an encoder, and no discriminator whose features p is of."""
    return isinstance(model, kg.VariationalModel) and not hasattr(model, "discriminator")


def protocol_for(name, size, training):
    """Return what models of p(x) are measured by: images of the test split or, where there is none, of training.

    Args:
        name: Name of the data, as on the command line.
        size: As in `data.named`.
        training: The `ImageSet` of training.

    Raises:
        ValueError: If there are too few images to measure by.
    """
    evaluation.check_enough(name, training)
    data, split = held_out(name, size), "test"
    if data is None:
        data, split = training, "train"
    return kg.metrics.LikelihoodProtocol(data.sample(min(MOST, len(data)), seed=0), split)


def callbacks_of(data, protocol, directory, steps):
    """Return two lists of callbacks: none that looks at two players' health; those that draw and measure."""
    num = min(64, len(data))
    return [], [
        callbacks.SampleGrid(directory / "samples", max(1, steps // 10), num, real=data.sample(num, seed=0)),
        callbacks.EvaluateLikelihood(protocol, directory, max(1, steps // 5)),
    ]


def measure(model, protocol, of_samples, path=None, **about):
    """Measure a model by the likelihood of held-out samples, and its own samples by what generators are measured by.

    Args:
        model: A model that `has_likelihood`.
        protocol: A `LikelihoodProtocol`.
        of_samples: The protocol of samples.
        path: JSON file to write, or None.
        **about: As in `evaluation.measure`.

    Returns:
        Dict of dicts: the measures of both.
    """
    measures = measure_likelihood(model, protocol, NUM_DRAWS)
    measures |= evaluation.measure(model.sample, of_samples, **about)
    if path is not None:
        evaluation.write(measures, path)
    return measures


def take_picture(model, protocol, directory):
    """Draw held-out images above their reconstructions."""
    picture_reconstructions(model, protocol.x[:COLUMNS], directory / "reconstructions.png")
