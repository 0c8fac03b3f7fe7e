"""What the generator makes, from the same latents all along a run."""

import pathlib

import numpy as np

from keras_gans import pictures
from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.every_n_steps import EveryNSteps


@chief_only
class SampleGrid(EveryNSteps):
    """Write pictures of samples, always from the same z, named by the generator step: `step_0001000.png`.

    Images become a grid, points in the plane a scatter plot, rows of a table a histogram of each column. The first
    picture is taken before training, the last at its end. Samples come from the generator's moving average where there
    is one (`model.sample`).

    Args:
        directory: Folder to write to; made if missing.
        every: Generator steps between two pictures.
        num: Samples in a picture.
        seed: Integer from which z is drawn.
        y: Conditions for conditional networks, `num` of them or one for all.
        real: Real samples to compare with. Of images, as `pictures.image_grid` takes them, the first `num` are
            written to `real.png`; points (n, 2), or rows, lie beneath each picture and set its frame.

    Raises:
        ValueError: When training begins, if the generator makes neither images of 1 or 3 channels, nor points (2,), nor
            rows of a table (`model.in_units`).

    Example:
        ```python
        model.fit(dataset, epochs=10, callbacks=[SampleGrid("run/samples", every=1000)])
        ```
    """

    def __init__(self, directory, every, num=64, seed=0, y=None, real=None):
        super().__init__(every)
        self.directory = pathlib.Path(directory)
        self.num = num
        self.seed = seed
        self.y = y
        self.real = real

    def on_train_begin(self, logs=None):
        """Write the picture of real samples."""
        super().on_train_begin(logs)
        if self.real is not None and len(self.model.served_shape) == 3:
            pictures.image_grid(self.real[: self.num], self.directory / "real.png")

    def act(self, step):
        """Write the picture of this step."""
        path = self.directory / f"step_{step:07d}.png"
        picture_samples(self.model, self.num, self.seed, self.y, path, self.real)


def picture_samples(model, num, seed, y=None, path=None, real=None):
    """Draw samples of a model as a grid of images, a scatter plot or histograms; see `SampleGrid` for the arguments.

    Returns:
        uint8 array (height, width, 1 or 3).
    """
    columns = getattr(model.units, "columns", None)
    makes_points = columns is None and _makes_points(model)
    samples = model.sample(num, y=y, seed=seed)
    if columns is not None:
        return pictures.column_histograms(samples, path, real, columns, model.units.logarithmic)
    if makes_points:
        return pictures.scatter(samples, path, real=real)
    return pictures.image_grid(np.clip(samples, -1, 1), path)  # a generator without tanh may overshoot


def picture_interpolation(model, rows=8, columns=8, seed=0, y=None, path=None):
    """Draw images of latents that lead from one to another, one interpolation per row (`model.latent.interpolate`).

    The first column shows `model.sample(rows, seed=seed)`. The moving average of the generator is used where there is
    one.

    Args:
        model: A GAN of images.
        rows: Interpolations.
        columns: Images of each, both ends included; at least 2.
        seed: Integer from which the ends are drawn.
        y: Conditions for conditional networks, one per row or one for all; it stays the same along a row.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 1 or 3).

    Raises:
        ValueError: If the generator makes no images of 1 or 3 channels, `columns` is below 2, or y is missing,
            superfluous or of another length.
    """
    if _makes_points(model):
        raise ValueError(
            "The generator makes points. Expected images, which can be laid out in rows. Draw points with "
            "`pictures.scatter`."
        )
    if (y is not None) != model.is_conditional:
        raise ValueError(
            f"{'No ' if y is None else ''}y was passed for {'' if model.is_conditional else 'un'}conditional networks. "
            "Expected conditions for conditional networks alone. Pass one y per row, or leave it out."
        )
    ends = [model.latent.sample((rows, model.latent_dim), (seed, i)) for i in range(2)]
    inputs = model.latent.interpolate(*ends, columns).reshape(rows * columns, -1)
    if y is not None:
        inputs = [inputs, np.repeat(_per_row(y, rows, model.generator.inputs[1]), columns, axis=0)]
    samples = np.asarray(model.served_generator(inputs, training=False), dtype=np.float32)
    return pictures.interpolation(np.clip(samples, -1, 1), path, columns)


def picture_reconstructions(model, x, path=None):
    """Draw images above what becomes of them by the way of the mean of q(z|x): the generator's image of it.

    Args:
        model: A `VariationalModel` of images.
        x: Images, float array (n, ...) in [-1, 1].
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3).
    """
    again = np.clip(model(model.encode(x).mean()), -1, 1)
    return pictures.stages({"images above their reconstructions": [x, again]}, path)


def _per_row(y, rows, expected):
    """Return the conditions as one per row."""
    y = np.asarray(y, dtype=expected.dtype)
    if y.ndim == len(expected.shape) - 1:
        return np.broadcast_to(y, (rows, *y.shape))
    if len(y) != rows:
        raise ValueError(f"rows={rows} and {len(y)} conditions were passed. Expected one y per row, or one for all.")
    return y


def _makes_points(model):
    """Tell points in the plane from images, and refuse what is neither."""
    shape = tuple(model.generator.outputs[0].shape[1:])
    if shape != (2,) and (len(shape) != 3 or shape[-1] not in (1, 3)):
        raise ValueError(
            f"The generator makes samples of shape {shape}. Expected images (height, width, 1 or 3) or points (2,), of "
            "which a picture can be drawn. Leave this callback out for other data."
        )
    return shape == (2,)
