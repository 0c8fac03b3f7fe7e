"""Measuring the generator while it trains."""

import numpy as np

from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.evaluate_every_n_steps import EvaluateEveryNSteps

SEED = 0


@chief_only
class EvaluateGenerator(EvaluateEveryNSteps):
    """Measure the generator's samples by a protocol, and keep the best model beside the last.

    Each measurement is a line of `evaluations.jsonl` in `directory`: the generator step, the number of samples, the
    seed, whether they are the moving average's, and the measures. The model with the least headline number so far is
    saved to `best.keras` there. The last is not this callback's: `RunFolder` saves it as `model.keras`. Measurements
    are taken from the same latents every time; the first comes before the first step, the last at the end.

    Args:
        protocol: Function of samples, and of their conditions where there is a `y`, that returns a dict of dicts, with
            an attribute `headline`; one of `keras_gans.metrics`' protocols, or your own.
        directory: Folder to write to; made if missing.
        every: Generator steps between two measurements.
        num_samples: Samples in a measurement. Most measures depend on it.
        ema: Whether to measure the generator's moving average, where there is one, and not the generator itself.
        y: Conditions for conditional networks, `num_samples` of them or one for all.

    Raises:
        ValueError: If `every` is no integer from 1 up.
        FloatingPointError: If samples are NaN or infinite.

    Example:
        ```python
        protocol = metrics.JudgeProtocol(data.mnist().images, metrics.mnist_judge())
        model.fit(dataset, callbacks=[EvaluateGenerator(protocol, "run", every=1000)])
        ```
    """

    def __init__(self, protocol, directory, every, num_samples=10_000, ema=True, y=None):
        super().__init__(protocol, directory, every)
        self.num_samples = num_samples
        self.ema = ema
        self.y = y

    def measure(self):
        """Return the measures of samples, and what these are."""
        samples = self.model.sample(self.num_samples, y=self.y, seed=SEED, ema=self.ema)
        if not np.isfinite(samples).all():
            raise FloatingPointError(
                f"Samples at generator step {self.model.step} are NaN or infinite. Expected finite ones. Put StopOnNaN "
                "before this callback, and lower the learning rates."
            )
        if self.y is None:
            measures = self.protocol(samples)
        else:
            of_one = self.model.generator.inputs[1].shape[1:]
            measures = self.protocol(samples, np.broadcast_to(self.y, (self.num_samples, *of_one)))
        return {"num_samples": self.num_samples, "seed": SEED, "ema": self.ema, **measures}
