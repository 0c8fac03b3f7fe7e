"""What the losses ask of scores. Not public."""

from keras import ops


def checked(**scores):
    """Return the scores as float32 tensors, refusing any shape but (m, 1)."""
    for name, score in scores.items():
        shape = tuple(score.shape)
        if len(shape) != 2 or shape[1] != 1:
            raise ValueError(
                f"{name} has shape {shape}. Expected raw scores of shape (m, 1), one per sample: scores of shape (m,) "
                "would broadcast to (m, m). End the discriminator with Dense(1), or reshape the scores to (-1, 1)."
            )
    return [ops.cast(score, "float32") for score in scores.values()]
