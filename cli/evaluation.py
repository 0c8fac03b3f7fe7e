"""What a generator is measured by."""

import functools
import json

import numpy as np

import keras_gans as kg
from keras_gans.callbacks.run_folder import as_json
from keras_gans.data import faces
from keras_gans.files import written_beside
from keras_gans_cli import showers
from keras_gans_cli.plan import standardized

NUM_SAMPLES = 10_000
SEED = 0
LEAST_IMAGES = 6  # precision and recall look at fifth neighbours
JUDGES = {"mnist": kg.metrics.mnist_judge, "fashion_mnist": kg.metrics.fashion_mnist_judge}
IN_GREY = {"binary_mnist": "mnist"}  # what means of bits are compared with: the grey levels that these are drawn from


def protocol_for(name, data):
    """Return the protocol that generators of these data are measured by.

    Args:
        name: Name of the data, as on the command line.
        data: `ImageSet`, `Mixture` or `TableSet`.

    Raises:
        ValueError: If there are too few images to measure by.
    """
    if isinstance(data, kg.data.ShowerSet):
        return showers.protocol_for(name, data)
    if isinstance(data, kg.data.Mixture):
        return kg.metrics.MixtureProtocol(data.modes, data.sigma, data.sample(NUM_SAMPLES, seed=1), data.weights)
    if isinstance(data, kg.data.TableSet):
        return kg.metrics.TableProtocol(data.rows, data.columns)
    check_enough(name, data)
    if name == "stacked_mnist" and data.image_shape == (28, 28, 3):
        return kg.metrics.StackedProtocol(kg.metrics.mnist_judge())
    whole, *part = name.split("[")
    if whole in IN_GREY and data.image_shape == (28, 28, 1):
        whole = IN_GREY[whole]
        data = data if part else kg.data.named(whole)
    if whole == "attribute_faces":
        real = data.sample(min(NUM_SAMPLES, len(data)), seed=1)
        return kg.metrics.AttributeProtocol(real, faces.read_colours, faces.colours_of, data.encoder.attributes)
    if whole in JUDGES and data.image_shape == (28, 28, 1):
        if part:  # of a few images it would tell whether they were learnt by heart
            test = getattr(kg.data, whole)("test")
            return kg.metrics.JudgeProtocol(test.images, JUDGES[whole](), split="test", labels=test.labels)
        return kg.metrics.JudgeProtocol(data.images, JUDGES[whole](), split="train", labels=data.labels)
    return kg.metrics.PixelProtocol(data.sample(min(NUM_SAMPLES, len(data)), seed=1), split="train")


def check_enough(name, images):
    """Raise a ValueError if there are too few images to measure by."""
    if len(images) < LEAST_IMAGES:
        raise ValueError(
            f"{name} holds {len(images)} images. Expected at least {LEAST_IMAGES}, to measure samples by. Get more."
        )


def num_samples(protocol):
    """Return how many samples a protocol is given: what its papers have, where they agree, else `NUM_SAMPLES`."""
    return getattr(protocol, "num_samples", NUM_SAMPLES)


@functools.cache
def of_the_mixture(name):
    """Return the measures of samples of a mixture itself: what the best generator could get."""
    data = standardized(kg.data.named(name))
    return protocol_for(name, data)(data.sample(NUM_SAMPLES, seed=2))


def measure(sample, protocol, path=None, conditions_of=None, latent=None, **about):
    """Measure as many samples as a protocol asks for by everything that it has.

    Args:
        sample: Function of (num, seed), and y where there are conditions, that returns samples.
        protocol: A protocol.
        path: JSON file to write, or None.
        conditions_of: Function of num that returns as many conditions; None for a generator that takes none.
        latent: What the samples' z is drawn from; of `Codes` it is measured what the first categorical code stands for.
        **about: What else is known of the samples, such as the generator step.

    Returns:
        Dict of dicts: the measures, and `samples`, what they were taken of.
    """
    num = num_samples(protocol)
    if conditions_of is None:
        samples = sample(num, seed=SEED)
        found = protocol.thorough(samples)
    else:
        y = conditions_of(num)
        samples = sample(num, seed=SEED, y=y)
        found = protocol.thorough(samples, y)
        if isinstance(protocol, kg.metrics.AttributeProtocol):
            unseen = np.resize(faces.held_out_vectors(), (num, y.shape[1]))
            found["held_out_attributes"] = protocol.attributes(sample(num, seed=SEED, y=unseen), unseen)["attributes"]
    if isinstance(latent, kg.latent.Codes) and latent.categories and isinstance(protocol, kg.metrics.JudgeProtocol):
        # the codes that `model.sample(num, seed=SEED)` draws
        codes = latent.codes_of(np.asarray(latent.sample((num, latent.size), (SEED, 0))))[:, : latent.categories[0]]
        probabilities = protocol.judge.describe(samples)[1]
        found["code"] = kg.metrics.code_purity(probabilities, codes.argmax(axis=1))
    measures = {"samples": {"num": num, "seed": SEED, **about}, **found}
    if path is not None:
        write(measures, path)
    return measures


def write(measures, path):
    """Write measures as JSON."""
    with written_beside(path) as beside:
        beside.write_text(json.dumps(as_json(measures), indent=1, allow_nan=False) + "\n", encoding="utf-8")
