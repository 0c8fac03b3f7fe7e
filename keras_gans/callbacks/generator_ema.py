"""The generator's moving average, switched on from the list of callbacks."""

import keras


class GeneratorEMA(keras.callbacks.Callback):
    """Have the model keep an exponential moving average of its generator, and sample, save and export from it.

    Progressive GANs (Karras et al. 2017, arXiv 1710.10196, section 5) sample from such an average with decay 0.999.
    The update is part of the model's own step (`model.track_ema`), so it is exact on many devices and at any
    `steps_per_execution`. It is switched on when the model is handed over, before BackupAndRestore looks for its
    weights, so that a resumed run finds the average there too.

    Args:
        decay: Share of the average that is kept in each generator step, in [0, 1).
        ramp_up: See `GAN.track_ema`.

    Raises:
        ValueError: When training begins, if an argument is out of its range.

    Example:
        ```python
        model.fit(dataset, epochs=10, callbacks=[GeneratorEMA(0.999)])
        ```
    """

    def __init__(self, decay=0.999, ramp_up=None):
        super().__init__()
        self.decay = decay
        self.ramp_up = ramp_up

    def set_model(self, model):
        """Switch the average on."""
        super().set_model(model)
        model.track_ema(self.decay, self.ramp_up)
