"""Samples in TensorBoard."""

import pathlib

import tensorflow as tf

from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.every_n_steps import EveryNSteps
from keras_gans.callbacks.sample_grid import picture_samples


@chief_only
class TensorBoardImages(EveryNSteps):
    """Show samples in TensorBoard, always from the same z, beside the scalars of Keras's own `TensorBoard` callback.

    Args:
        log_dir: Folder of logs, the same as that callback's. The pictures form its run `samples`; their steps are
            generator steps.
        every: Generator steps between two pictures.
        num: Samples in a picture.
        seed: Integer from which z is drawn.
        y: Conditions for conditional networks, `num` of them or one for all.

    Example:
        ```python
        model.fit(dataset, callbacks=[keras.callbacks.TensorBoard("logs"), TensorBoardImages("logs", every=1000)])
        ```
    """

    def __init__(self, log_dir, every, num=64, seed=0, y=None):
        super().__init__(every)
        self.log_dir = pathlib.Path(log_dir)
        self.num = num
        self.seed = seed
        self.y = y
        self._writer = None

    def on_train_begin(self, logs=None):
        """Open the events file."""
        super().on_train_begin(logs)
        self._writer = tf.summary.create_file_writer(str(self.log_dir / "samples"))

    def act(self, step):
        """Write the picture of this step."""
        picture = picture_samples(self.model, self.num, self.seed, self.y)
        with self._writer.as_default():
            tf.summary.image("samples", picture[None], step=step)
        self._writer.flush()  # so that it can be seen now, and is there after a crash

    def on_train_end(self, logs=None):
        """Write the last picture and close the events file."""
        super().on_train_end(logs)
        self._writer.close()
