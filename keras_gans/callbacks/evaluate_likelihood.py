"""Estimating log p(x) of held-out samples while a model with an encoder trains."""

import numpy as np

from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.evaluate_every_n_steps import EvaluateEveryNSteps

BOUNDS = (5, 50)  # draws of the importance-weighted bounds, those of Burda et al. 2016
CHUNK = 250  # samples that are encoded at a time


@chief_only
class EvaluateLikelihood(EvaluateEveryNSteps):
    """Estimate log p(x) of the first of the protocol's samples, and keep the best model; see `EvaluateGenerator`.

    Args:
        protocol: `metrics.LikelihoodProtocol`, or your own of its kind.
        directory: Folder to write to; made if missing.
        every: Steps between two measurements.
        num_samples: Samples that are looked at, at most.
        num_draws: Draws of z for each; the fewer, the further below log p(x) the estimate is.

    Raises:
        ValueError: If `every` is no integer from 1 up.
        FloatingPointError: If an estimate is NaN or infinite.

    Example:
        ```python
        protocol = metrics.LikelihoodProtocol(held_out)
        model.fit(dataset, callbacks=[EvaluateLikelihood(protocol, "run", every=1000)])
        ```
    """

    def __init__(self, protocol, directory, every, num_samples=500, num_draws=500):
        super().__init__(protocol, directory, every)
        self.num_samples = num_samples
        self.num_draws = num_draws

    def measure(self):
        """Return the measures of these samples."""
        return measure_likelihood(self.model, self.protocol, self.num_draws, self.num_samples)


def measure_likelihood(model, protocol, num_draws, num_samples=None):
    """Estimate log p(x), bounds of it and the use of z by a protocol; the draws are the same every time.

    Args:
        model: A `VariationalModel` whose p(x|z) is of the samples themselves.
        protocol: As in `EvaluateLikelihood`.
        num_draws: Draws of z for each sample, for log p(x).
        num_samples: How many of the protocol's samples, the first ones; None for all.

    Returns:
        Dict of dicts, the protocol's.
    """
    x = protocol.x[:num_samples]
    bounds = {"elbo": model.elbo(x, BOUNDS[-1])}
    bounds |= {f"bound_of_{k}": model.multi_sample_bound(x, k) for k in BOUNDS}
    z = np.concatenate([model.encode(x[i : i + CHUNK]).mean() for i in range(0, len(x), CHUNK)])
    return protocol(model.log_likelihood(x, num_draws), num_draws, bounds, z)
