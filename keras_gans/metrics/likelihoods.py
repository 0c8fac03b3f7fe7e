"""The protocol of models with an encoder: how probable they find held-out samples."""

import numpy as np

ACTIVE = 0.01  # variance over samples of q(z|x)'s mean, above which a coordinate of z counts as used


class LikelihoodProtocol:
    """Estimates of log p(x) of held-out samples, bounds of it, and how much of z is used; in nats.

    Burda et al. 2016, arXiv:1509.00519, section 5: log p(x) by importance sampling, and the number of active units,
    coordinates of z whose mean under q(z|x) varies over samples by more than 0.01.

    Args:
        x: Held-out samples, float array (n, ...), in random order.
        split: What they are, for the record.

    Attributes:
        headline: Where the number stands that ranks models, of which less is better: (measure, number).

    Example:
        >>> protocol = LikelihoodProtocol(x, split="test")
        >>> found = protocol(model.log_likelihood(x), 5000, {"elbo": model.elbo(x)}, model.encode(x).mean())
        >>> found["likelihood"]["negative_log_likelihood"]
    """

    headline = ("likelihood", "negative_log_likelihood")

    def __init__(self, x, split=None):
        self.x, self.split = np.asarray(x), split

    def __call__(self, log_p, num_draws, bounds, z):
        """Measure the samples, or the first of them.

        Args:
            log_p: Estimates of log p(x), (m,).
            num_draws: Draws of z that each was made by.
            bounds: Dict of names and bounds of log p(x), (m,) each.
            z: Means of q(z|x), (m, latent_dim).

        Returns:
            Dict of dicts: `likelihood` (negative, in nats, with the standard error of the mean over samples), `bounds`
            (negative too), `latent` and `held_out`.

        Raises:
            FloatingPointError: If an estimate is not finite.
        """
        if not np.isfinite([log_p, *bounds.values()]).all():
            raise FloatingPointError(
                f"Estimates of log p(x) of {len(log_p)} samples are NaN or infinite. Expected finite ones. Put "
                "StopOnNaN before what measures, and lower the learning rate."
            )
        values = np.unique(self.x[: len(log_p)])
        return {
            "likelihood": {
                "negative_log_likelihood": -float(np.mean(log_p)),
                "standard_error": float(np.std(log_p, ddof=1) / np.sqrt(len(log_p))),
                "num_draws": int(num_draws),
                "num_samples": len(log_p),
            },
            "bounds": {f"negative_{name}": -float(np.mean(bound)) for name, bound in bounds.items()},
            "latent": {"active_units": int(np.sum(np.var(z, axis=0) > ACTIVE)), "of": int(np.shape(z)[1])},
            "held_out": {"split": self.split, "binary": len(values) <= 2},
        }
