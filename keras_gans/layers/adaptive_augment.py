"""Augmentation whose probability follows how far the discriminator has learnt its real samples by heart."""

import math

import keras
import tensorflow as tf

from keras_gans.checks import check_positive_integer
from keras_gans.layers.random_layer import RandomLayer, rows_of
from keras_gans.layers.resampling import resample

_INTERVAL = 4  # discriminator steps between two changes of p, as in the authors' code
_UNIFORM = ("flip", "turn", "shift_rows", "shift_columns", "before", "after", "luma", "hue")
_NORMAL = ("scale", "stretch", "move_rows", "move_columns", "brightness", "contrast", "saturation")
_GATES = ("flip", "turn", "shift", "scale", "before", "stretch", "after", "move")
_GATES += ("brightness", "contrast", "luma", "hue", "saturation")


@keras.saving.register_keras_serializable(package="keras_gans")
class AdaptiveAugment(RandomLayer):
    """Each of up to 13 transformations with probability p, which falls and rises with r_t: as D's first layer.

    Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data", sections 2 and 3 and appendix B,
    arXiv:2006.06676. Every 4 discriminator steps p rises by (images seen in these) / `images` if
    r_t = E sign(s(x)) over real samples, augmented, is above `target`, and falls by as much if it is below. At
    p below about 0.8 the generator does not learn the transformations themselves.

    - blit: mirrored left to right, turned by a multiple of 90 degrees (square images alone), moved by whole pixels up
      to 1/8 of the sides;
    - geometry: scaled by 2^(0.2 N), rotated by any angle before and after it is stretched by 2^(0.2 N), moved by
      N / 8 of the sides, N from N(0, 1) each;
    - color: brightness + 0.2 N, contrast times 2^(0.5 N), luma mirrored, hue turned by any angle (of three channels),
      saturation times 2^N.

    p is a weight, saved with the network. The models of this library change it, by `follow_scores`, after each step of
    the discriminator. r_t means something for objectives whose score is 0 where D cannot decide, the logistic and hinge
    ones; not for a Wasserstein critic, whose scores have no zero: fix p there.

    Deviations from the paper: one bilinear resampling without its low-pass filters, p is at most 1, and neither
    filtering nor corruptions, which the paper's default leaves out too.

    Args:
        target: r_t that is held, in (-1, 1); 0.6 in the paper. None: p stays at `probability`.
        probability: p at the beginning, in [0, 1].
        images: Real samples that D sees while p goes from 0 to 1, 500,000 in the paper.
        blit: Whether the first group is on.
        geometry: Whether the second is.
        color: Whether the third is.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If an argument is outside its range, or all groups are off.

    Input shape: (m, H, W, C), of values around 0 such as [-1, 1]. Output shape: the same.

    Example:
        ```python
        x = keras.Input((32, 32, 3), name="x")
        h = keras.layers.Conv2D(64, 5, strides=2)(AdaptiveAugment(images=100_000)(x))
        ```
    """

    def __init__(self, target=0.6, probability=0.0, images=500_000, blit=True, geometry=True, color=True, **kwargs):
        super().__init__(**kwargs)
        if target is not None and not -1 < target < 1:
            raise ValueError(f"target={target!r} was passed. Expected a number in (-1, 1), such as 0.6, or None.")
        if not 0 <= probability <= 1:
            raise ValueError(f"probability={probability!r} was passed. Expected a number in [0, 1].")
        check_positive_integer(images=images)
        if not (blit or geometry or color):
            raise ValueError("blit=False, geometry=False and color=False were passed. Expected one of them.")
        self.target = target
        self.probability = probability
        self.images = int(images)
        self.blit, self.geometry, self.color = bool(blit), bool(geometry), bool(color)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        """Create p, and what is summed up until it changes: signs, samples, steps."""
        add = lambda name, value: self.add_weight(  # noqa: E731
            shape=(),
            initializer=keras.initializers.Constant(value),
            trainable=False,
            name=name,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
        )
        self.p = add("p", self.probability)
        self.signs, self.seen, self.steps = add("signs", 0.0), add("seen", 0.0), add("steps", 0.0)

    def follow_scores(self, mean_sign, rows):
        """Take in the real scores of one discriminator step.

        Args:
            mean_sign: E sign(s(x)) over the global batch of real samples.
            rows: Samples of that batch.
        """
        if self.target is None:
            return
        rows = tf.cast(rows, tf.float32)
        signs, seen = self.signs + rows * tf.cast(mean_sign, tf.float32), self.seen + rows
        steps = self.steps + 1.0
        is_due = steps >= _INTERVAL
        change = tf.sign(signs / seen - self.target) * seen / self.images
        self.p.assign(tf.where(is_due, tf.clip_by_value(self.p + change, 0.0, 1.0), self.p))
        kept = tf.where(is_due, 0.0, 1.0)
        self.signs.assign(kept * signs)
        self.seen.assign(kept * seen)
        self.steps.assign(kept * steps)

    def call(self, inputs, training=None):
        """Return the images, augmented in training."""
        if not training:
            return inputs
        m = rows_of(inputs)
        columns = lambda names, numbers: dict(zip(names, tf.unstack(numbers, axis=1), strict=True))  # noqa: E731
        # Either rotation or both: with this share for each, at least one of them is there with probability p.
        of_rotation = 1.0 - tf.sqrt(1.0 - self.p)
        shares = tf.stack([of_rotation if name in ("before", "after") else self.p.value for name in _GATES])
        gates = columns(_GATES, self.draw_uniform(m, (len(_GATES),)) < shares)
        uniform = columns(_UNIFORM, self.draw_uniform(m, (len(_UNIFORM),)))
        normal = columns(_NORMAL, self.draw_normal(m, (len(_NORMAL),)))
        x = tf.cast(inputs, tf.float32)
        if self.blit or self.geometry:
            x = resample(x, self._matrices(gates, uniform, normal, x.shape), reflect=True)
        if self.color:
            x = _colored(x, gates, uniform, normal)
        return tf.cast(x, inputs.dtype)

    def _matrices(self, gates, uniform, normal, shape):
        """Return the product of the transformations, from pixels of the result to places in the image, (m, 2, 3)."""
        sides = [float(side) for side in shape[1:3]]
        at = lambda name, value, neutral=0.0: tf.where(gates[name], value, neutral)  # noqa: E731
        of = lambda share: 2.0 * share - 1.0  # noqa: E731
        matrices = []
        if self.blit:
            matrices.append(_scaling(1.0, at("flip", 1.0 - 2.0 * tf.floor(2.0 * uniform["flip"]), 1.0)))
            if shape[1] == shape[2]:
                matrices.append(_rotation(at("turn", 0.5 * math.pi * tf.floor(4.0 * uniform["turn"]))))
            shifts = [
                at("shift", tf.round(of(uniform[name]) * 0.125 * side))
                for name, side in zip(("shift_rows", "shift_columns"), sides, strict=True)
            ]
            matrices.append(_translation(*shifts))
        if self.geometry:
            scale = at("scale", 2.0 ** (0.2 * normal["scale"]), 1.0)
            stretch = at("stretch", 2.0 ** (0.2 * normal["stretch"]), 1.0)
            matrices.append(_scaling(scale, scale))
            matrices.append(_rotation(at("before", math.pi * of(uniform["before"]))))
            matrices.append(_scaling(1.0 / stretch, stretch))
            matrices.append(_rotation(at("after", math.pi * of(uniform["after"]))))
            moves = [
                at("move", normal[name] * 0.125 * side)
                for name, side in zip(("move_rows", "move_columns"), sides, strict=True)
            ]
            matrices.append(_translation(*moves))
        product = matrices[0]
        for matrix in matrices[1:]:
            product = tf.matmul(product, matrix)
        return product[:, :2]

    def get_config(self):
        """Return the constructor's arguments."""
        names = ("target", "probability", "images", "blit", "geometry", "color")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _colored(x, gates, uniform, normal):
    """Change brightness, contrast, luma, hue and saturation, in the paper's order."""
    at = lambda name, value, neutral: tf.reshape(tf.where(gates[name], value, neutral), (-1, 1, 1, 1))  # noqa: E731
    x += at("brightness", 0.2 * normal["brightness"], 0.0)
    x *= at("contrast", 2.0 ** (0.5 * normal["contrast"]), 1.0)
    x -= 2.0 * at("luma", tf.floor(2.0 * uniform["luma"]), 0.0) * tf.reduce_mean(x, axis=-1, keepdims=True)
    gray = tf.reduce_mean(x, axis=-1, keepdims=True)
    if x.shape[-1] == 3:  # turned around the axis of gray, (1, 1, 1) / sqrt(3)
        angle = at("hue", math.pi * (2.0 * uniform["hue"] - 1.0), 0.0)
        across = (tf.roll(x, 1, axis=-1) - tf.roll(x, -1, axis=-1)) / math.sqrt(3.0)  # axis x colour
        x = gray + tf.cos(angle) * (x - gray) + tf.sin(angle) * across
    if x.shape[-1] > 1:
        x = gray + at("saturation", 2.0 ** normal["saturation"], 1.0) * (x - gray)
    return x


def _matrix(*rows):
    """Return matrices (m, 3, 3) of two rows of three entries each, numbers or vectors (m,)."""
    entries = [tf.convert_to_tensor(entry, tf.float32) for row in (*rows, (0.0, 0.0, 1.0)) for entry in row]
    size = next(tf.shape(entry) for entry in entries if entry.shape.rank)
    return tf.reshape(tf.stack([tf.broadcast_to(entry, size) for entry in entries], axis=1), (-1, 3, 3))


def _scaling(rows, columns):
    return _matrix((rows, 0.0, 0.0), (0.0, columns, 0.0))


def _rotation(angle):
    return _matrix((tf.cos(angle), -tf.sin(angle), 0.0), (tf.sin(angle), tf.cos(angle), 0.0))


def _translation(rows, columns):
    return _matrix((1.0, 0.0, rows), (0.0, 1.0, columns))
