"""What a classifier's probabilities say of generated images: the Inception-type score, and the histogram of classes."""

import numpy as np

from keras_gans.metrics.arguments import check_count


def classifier_score(probabilities, splits=10):
    """exp of the mean KL(p(y|x) || p(y)): how sure a classifier is of each image, and how spread over classes.

    Salimans et al. 2016, section 4, arXiv:1606.03498, with its ten splits; with an Inception network's 1000 (or 1008)
    classes it is the Inception score. From 1 (every image alike, or every one undecided) to K (each sure, all classes
    equally often). It sees no real data, and not whether a class has one image or many.

    Args:
        probabilities: Array (n, K) of class probabilities in [0, 1], each row of sum 1 (to 1e-3). In the order in
            which the images were drawn; images that are sorted by class must be shuffled first.
        splits: Number of parts of equal size (to one sample), each scored on its own.

    Returns:
        Dict of `classifier_score` (mean over the splits), `standard_deviation` (over the splits), and the protocol:
        `splits`, `num_samples`, `num_classes`.

    Raises:
        ValueError: If the array does not fit, is no set of probabilities, or has fewer rows than splits.
    """
    splits = check_count("splits", splits)
    probabilities = _check_probabilities(probabilities)
    n = len(probabilities)
    if n < splits:
        raise ValueError(f"{n} samples were passed for splits={splits}. Expected at least one each. Pass more samples.")
    parts = [probabilities[i * n // splits : (i + 1) * n // splits] for i in range(splits)]
    scores = [_score(part) for part in parts]
    return {
        "classifier_score": float(np.mean(scores)),
        "standard_deviation": float(np.std(scores)),
        "splits": splits,
        "num_samples": n,
        "num_classes": probabilities.shape[1],
    }


def class_histogram(probabilities):
    """Which classes a generator draws, and how evenly: the histogram of the most probable class.

    The count of classes and the KL to the uniform law are those of the stacked-digits experiments (Srivastava et al.
    2017, arXiv:1705.07761; Lin et al. 2018, arXiv:1712.04086): reverse KL, nats, uniform over all K.

    Args:
        probabilities: Array (n, K) of class probabilities in [0, 1], each row of sum 1 (to 1e-3).

    Returns:
        Dict of `classes` (with at least one sample), `of_classes` (K), `entropy` (nats, 0 to log K), `kl_to_uniform`
        (nats, log K - entropy), `counts` (list of K), and the protocol: `num_samples`.

    Raises:
        ValueError: If the array does not fit or is no set of probabilities.
    """
    probabilities = _check_probabilities(probabilities)
    n, num_classes = probabilities.shape
    counts = np.bincount(np.argmax(probabilities, axis=1), minlength=num_classes)
    entropy, kl = _of_histogram(counts)
    return {
        "classes": int(np.count_nonzero(counts)),
        "of_classes": num_classes,
        "entropy": entropy,
        "kl_to_uniform": kl,
        "counts": counts.tolist(),
        "num_samples": n,
    }


def label_accuracy(probabilities, labels):
    """How often a classifier reads the label that an image was asked for.

    Args:
        probabilities: Array (n, K) of class probabilities in [0, 1], each row of sum 1 (to 1e-3).
        labels: Integers (n,) from 0 to K - 1, what was asked for.

    Returns:
        Dict of `label_accuracy` (0 to 1), `of_each_label` (list of K, None where a label was not asked for), and the
        protocol: `num_samples`.

    Raises:
        ValueError: If the arrays do not fit, or the first is no set of probabilities.
    """
    probabilities, labels = _check_probabilities(probabilities), np.asarray(labels)
    n, num_classes = probabilities.shape
    if labels.shape != (n,) or labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"Labels of shape {labels.shape} and dtype {labels.dtype} were passed for {n} samples of {num_classes} "
            f"classes. Expected ({n},) integers from 0 to {num_classes - 1}."
        )
    is_right = np.argmax(probabilities, axis=1) == labels
    of_each = [float(is_right[labels == c].mean()) if (labels == c).any() else None for c in range(num_classes)]
    return {"label_accuracy": float(is_right.mean()), "of_each_label": of_each, "num_samples": n}


def code_purity(probabilities, codes):
    """How far a code found without labels is one of the classes: the share of samples of each value's commonest class.

    Manning et al. 2008, "Introduction to Information Retrieval", section 16.3: purity. 1 if each value of the code has
    one class alone, 1 / K at least for K even classes.

    Args:
        probabilities: Array (n, K) of a classifier's probabilities in [0, 1], each row of sum 1 (to 1e-3).
        codes: Values of the code that each sample was made of, integers (n,) from 0 up.

    Returns:
        Dict of `purity` (0 to 1), `class_of_each_value` (list), and the protocol: `num_samples`.

    Raises:
        ValueError: If the arrays do not fit, or the first is no set of probabilities.
    """
    probabilities, codes = _check_probabilities(probabilities), np.asarray(codes)
    n, num_classes = probabilities.shape
    if codes.shape != (n,) or codes.dtype.kind not in "iu" or codes.min() < 0:
        raise ValueError(
            f"Codes of shape {codes.shape} were passed for {n} samples. Expected ({n},) integers from 0 up."
        )
    counts = np.zeros((codes.max() + 1, num_classes), int)
    np.add.at(counts, (codes, np.argmax(probabilities, axis=1)), 1)
    return {
        "purity": float(counts.max(axis=1).sum() / n),
        "class_of_each_value": counts.argmax(axis=1).tolist(),
        "num_samples": n,
    }


def stacked_modes(probabilities):
    """Modes of stacked digits that a generator draws: the numbers that a classifier reads in its samples' channels.

    Metz et al. 2017, section 3.3.1, arXiv:1611.02163; Lin et al. 2018, arXiv:1712.04086, with 26,000 samples. The KL
    depends on their number n: an exactly uniform sampler has one near (K - 1) / 2n, 0.0192 for 1,000 modes and 26,000.

    Args:
        probabilities: Arrays (n, 10) of class probabilities, one for each channel, hundreds first.

    Returns:
        Dict of `modes` (with at least one sample), `of_modes`, `kl_to_uniform` (nats), `num_samples`.

    Raises:
        ValueError: If the arrays do not fit or are no sets of probabilities.
    """
    channels = [_check_probabilities(p) for p in probabilities]
    if len({p.shape for p in channels}) != 1:
        raise ValueError(
            f"Probabilities of shapes {[p.shape for p in channels]} were passed. Expected one shape (n, K) for all "
            "channels."
        )
    n, num_classes = channels[0].shape
    numbers = np.zeros(n, "int64")
    for p in channels:
        numbers = num_classes * numbers + np.argmax(p, axis=1)
    counts = np.bincount(numbers, minlength=num_classes ** len(channels))
    return {
        "modes": int(np.count_nonzero(counts)),
        "of_modes": len(counts),
        "kl_to_uniform": _of_histogram(counts)[1],
        "num_samples": n,
    }


def _of_histogram(counts):
    """Return entropy and KL to the uniform law, in nats."""
    share = counts[counts > 0] / counts.sum()
    entropy = float(-np.sum(share * np.log(share))) + 0.0  # never -0.0
    return entropy, float(np.sum(share * np.log(share * len(counts))))


def _score(probabilities):
    marginal = np.broadcast_to(probabilities.mean(axis=0), probabilities.shape)
    seen = probabilities > 0  # 0 log 0 = 0; where p(y|x) is above 0, so is p(y)
    terms = probabilities[seen] * (np.log(probabilities[seen]) - np.log(marginal[seen]))
    return np.exp(terms.sum() / len(probabilities))


def _check_probabilities(probabilities):
    probabilities = np.asarray(probabilities, "float64")
    if probabilities.ndim != 2 or 0 in probabilities.shape:
        raise ValueError(
            f"Probabilities of shape {probabilities.shape} were passed. Expected (n, K), a row a sample. Reshape them."
        )
    if not np.isfinite(probabilities).all():
        raise ValueError(
            "NaN or infinite probabilities were passed. Expected finite ones. Did the classifier overflow?"
        )
    sums = probabilities.sum(axis=1)
    if probabilities.min() < 0 or np.abs(sums - 1).max() > 1e-3:
        raise ValueError(
            f"Probabilities from {probabilities.min():.3g} to {probabilities.max():.3g} with row sums from "
            f"{sums.min():.3g} to {sums.max():.3g} were passed. Expected numbers in [0, 1] of sum 1 in each row. Pass "
            "logits through a softmax."
        )
    return probabilities
