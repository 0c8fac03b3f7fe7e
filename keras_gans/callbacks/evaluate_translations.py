"""Measuring translators while they train."""

import numpy as np

from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.evaluate_every_n_steps import EvaluateEveryNSteps


@chief_only
class EvaluateTranslations(EvaluateEveryNSteps):
    """Measure translations of the protocol's images, and keep the best model beside the last; see `EvaluateGenerator`.

    Args:
        protocol: `metrics.TranslationProtocol`, or your own of its kind.
        directory: Folder to write to; made if missing.
        every: Generator steps between two measurements.

    Raises:
        ValueError: If `every` is no integer from 1 up.
        FloatingPointError: If translations are NaN or infinite.

    Example:
        ```python
        protocol = metrics.TranslationProtocol(x, y, paired=False)
        model.fit(dataset, callbacks=[EvaluateTranslations(protocol, "run", every=1000)])
        ```
    """

    def measure(self):
        """Return the measures of translations."""
        return measure_translations(self.model, self.protocol)


def measure_translations(model, protocol):
    """Measure what a model makes of a protocol's images, and of what it made of these on the way back.

    Args:
        model: A `TranslationModel`.
        protocol: As in `EvaluateTranslations`.

    Returns:
        Dict of dicts, the protocol's.

    Raises:
        FloatingPointError: If translations are NaN or infinite.
    """
    made = [model.translate(protocol.x)]
    if len(model.generators) == 2:
        made.append(model.translate(protocol.y, backwards=True))
    if not all(np.isfinite(images).all() for images in made):
        raise FloatingPointError(
            f"Translations at generator step {model.step} are NaN or infinite. Expected finite ones. Put StopOnNaN "
            "before this callback, and lower the learning rates."
        )
    if len(model.generators) == 2:
        made = [np.clip(images, -1, 1) for images in made]  # a translator without tanh may overshoot
        made += [model.translate(made[0], backwards=True), model.translate(made[1])]
    return protocol(*made)
