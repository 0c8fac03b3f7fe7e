"""What translators make, of the same images all along a run."""

import pathlib

import numpy as np

from keras_gans import pictures
from keras_gans.callbacks.chief_only import chief_only
from keras_gans.callbacks.every_n_steps import EveryNSteps


@chief_only
class TranslationGrid(EveryNSteps):
    """Write pictures of translations, always of the same images, named by the generator step: `step_0001000.png`.

    See `picture_translations` for what they show. The first picture is taken before training, the last at its end.

    Args:
        directory: Folder to write to; made if missing.
        every: Generator steps between two pictures.
        x: Images of X, float array (n, ...) in [-1, 1].
        y: As many images of Y.
        paired: Whether the i-th y belongs to the i-th x.

    Raises:
        ValueError: If `every` is no integer from 1 up.

    Example:
        ```python
        model.fit(dataset, epochs=10, callbacks=[TranslationGrid("run/samples", 1000, horses[:8], zebras[:8])])
        ```
    """

    def __init__(self, directory, every, x, y, paired=False):
        super().__init__(every)
        self.directory = pathlib.Path(directory)
        self.x, self.y, self.paired = x, y, paired

    def act(self, step):
        """Write the picture of this step."""
        picture_translations(self.model, self.x, self.y, self.paired, self.directory / f"step_{step:07d}.png")


def picture_translations(model, x, y, paired=False, path=None):
    """Draw images, a row each of what becomes of them: x, G(x) and, of translators of both directions, F(G(x)).

    Below, where there is an F, stand y, F(y) and G(F(y)). The last row is of the partners, if they are known.

    Args:
        model: A `TranslationModel`.
        x: Images of X, float array (n, ...) in [-1, 1].
        y: As many images of Y.
        paired: Whether the i-th y belongs to the i-th x.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 1 or 3).
    """
    translate = lambda images, backwards: np.clip(model.translate(images, backwards), -1, 1)  # noqa: E731
    blocks = {}
    for backwards, source, partner, letters in ((False, x, y, "xGFy"), (True, y, x, "yFGx"))[: len(model.generators)]:
        own, there, back, other = letters
        rows = {own: source, f"{there}({own})": translate(source, backwards)}
        if len(model.generators) == 2:
            rows[f"{back}({there}({own}))"] = translate(rows[f"{there}({own})"], not backwards)
        if paired:
            rows[other] = partner
        blocks[", ".join(rows)] = list(rows.values())
    return pictures.stages(blocks, path)
