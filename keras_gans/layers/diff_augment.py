"""Augmentation of all that a discriminator sees, through which the generator learns."""

import keras
import tensorflow as tf

from keras_gans.layers.random_layer import RandomLayer, rows_of
from keras_gans.layers.resampling import resample


@keras.saving.register_keras_serializable(package="keras_gans")
class DiffAugment(RandomLayer):
    """Colour, translation and cutout, drawn for each sample: as the first layer of a discriminator.

    Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", section 3.2, arXiv:2006.10738, as
    the authors' code has it, in this order: brightness + U(-0.5, 0.5), saturation times U(0, 2), contrast times
    U(0.5, 1.5); a translation by whole pixels up to a share of the sides, 0 beyond the border; a square of 0 with sides
    of a share of the image's, its centre anywhere in the image.

    Args:
        color: Whether brightness, saturation and contrast change. Saturation says nothing of images of one channel.
        translation: Largest shift as a share of the sides, in [0, 1); 0 for none. 0.125 in the paper.
        cutout: Side of the square as a share of the image's, in [0, 1); 0 for none. 0.5 in the paper.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If a share is outside [0, 1), or nothing is left to do.

    Input shape: (m, H, W, C), of values around 0 such as [-1, 1]. Output shape: the same.

    Example:
        ```python
        x = keras.Input((32, 32, 3), name="x")
        h = keras.layers.Conv2D(64, 5, strides=2)(DiffAugment()(x))
        ```
    """

    def __init__(self, color=True, translation=0.125, cutout=0.5, **kwargs):
        super().__init__(**kwargs)
        for name, share in (("translation", translation), ("cutout", cutout)):
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
                raise ValueError(f"{name}={share!r} was passed. Expected a share of the sides in [0, 1); 0 for none.")
        if not (color or translation or cutout):
            raise ValueError(
                "color=False, translation=0 and cutout=0 were passed. Expected one of them. Drop the layer."
            )
        self.color = bool(color)
        self.translation = translation
        self.cutout = cutout
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs, training=None):
        """Return the images, augmented in training."""
        if not training:
            return inputs
        x = inputs
        if self.color:
            x = self._colored(x)
        if self.translation:
            x = self._translated(x)
        if self.cutout:
            x = self._cut(x)
        return x

    def _of_each(self, x):
        return tf.reshape(tf.cast(self.draw_uniform(rows_of(x)), x.dtype), (-1, 1, 1, 1))

    def _colored(self, x):
        x += self._of_each(x) - 0.5
        if x.shape[-1] > 1:
            gray = tf.reduce_mean(x, axis=-1, keepdims=True)
            x = gray + 2.0 * self._of_each(x) * (x - gray)
        mean = tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)
        return mean + (0.5 + self._of_each(x)) * (x - mean)

    def _translated(self, x):
        most = [int(side * self.translation + 0.5) for side in x.shape[1:3]]
        shifts = _integers(self.draw_uniform(rows_of(x), (2,)), [-size for size in most], most)
        identity = tf.eye(2, batch_shape=[tf.shape(x)[0]])
        return resample(x, tf.concat([identity, shifts[:, :, None]], axis=2), reflect=False)

    def _cut(self, x):
        height, width = x.shape[1:3]
        sides = [int(side * self.cutout + 0.5) for side in (height, width)]
        # of an even side, the centre is a corner between pixels, of which there is one more
        lasts = [size - cut % 2 for size, cut in zip((height, width), sides, strict=True)]
        centres = _integers(self.draw_uniform(rows_of(x), (2,)), [0, 0], lasts)
        inside = []
        for axis, (size, cut) in enumerate(zip((height, width), sides, strict=True)):
            first = centres[:, axis, None] - cut // 2
            pixels = tf.range(size, dtype=tf.float32)[None]
            inside.append((pixels >= first) & (pixels < first + cut))
        hole = inside[0][:, :, None] & inside[1][:, None, :]
        return x * tf.cast(~hole, x.dtype)[..., None]

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "color": self.color,
            "translation": self.translation,
            "cutout": self.cutout,
        }


def _integers(uniform, lowest, highest):
    """Return whole numbers from lowest to highest, both included, as float32; of numbers in [0, 1)."""
    lowest, highest = tf.constant(lowest, tf.float32), tf.constant(highest, tf.float32)
    return tf.minimum(tf.floor(lowest + uniform * (highest - lowest + 1.0)), highest)
