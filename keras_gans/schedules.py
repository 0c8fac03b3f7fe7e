"""Schedules over steps that Keras does not have."""

import keras
from keras import ops

from keras_gans import checks


@keras.saving.register_keras_serializable(package="keras_gans")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that is held, then falls to 0 along a line.

    Zhu et al. 2017, section 4, arXiv:1703.10593: 2e-4 for 100 epochs, linear to 0 over the next 100.

    Args:
        learning_rate: The rate that is held, a number from 0 up.
        constant_steps: Steps that it is held for, an integer from 0 up.
        decay_steps: Steps that it then falls over, an integer from 1 up; after them it is 0.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> optimizer = keras.optimizers.Adam(LinearDecay(2e-4, 10_000, 10_000), beta_1=0.5)
    """

    def __init__(self, learning_rate, constant_steps, decay_steps):
        super().__init__()
        checks.check_not_negative(learning_rate=learning_rate)
        checks.check_integer_from(0, constant_steps=constant_steps)
        checks.check_positive_integer(decay_steps=decay_steps)
        self.learning_rate, self.constant_steps, self.decay_steps = learning_rate, constant_steps, decay_steps

    def __call__(self, step):
        """Return the rate of a step, counted from 0."""
        fallen = (ops.cast(step, "float32") - self.constant_steps) / self.decay_steps
        return self.learning_rate * (1.0 - ops.clip(fallen, 0.0, 1.0))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            "learning_rate": self.learning_rate,
            "constant_steps": self.constant_steps,
            "decay_steps": self.decay_steps,
        }
