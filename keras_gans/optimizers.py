"""Adam in one operation."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_gans")
class Adam(keras.optimizers.Adam):
    """Keras's Adam, each weight's step in one pass over memory where Keras takes some thirty.

    Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", section 2, arXiv:1412.6980, in the form that
    Keras has: the same steps but for rounding (1 - beta_2 is taken in float32, 5e-5 of it for 0.999), the same state
    and arguments, and all that Keras's optimizers do around a step (clipping, weight decay, averages, accumulation). It
    is what the models take by default: where there are many weights for few samples, as in translators, it saves a
    large part of a step.

    Args:
        learning_rate: Step size, or a schedule of it.
        beta_1: Decay of the gradients' average.
        beta_2: Decay of the squared gradients' average.
        epsilon: Added to the root of the latter.
        amsgrad: Whether the largest such average is taken (Reddi et al. 2018), in Keras's own operations.
        **kwargs: Those of every Keras optimizer.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable, and its two averages."""
        if self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = tf.cast(self.beta_1, dtype), tf.cast(self.beta_2, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=_handle(variable),
            m=_handle(self._momentums[index]),
            v=_handle(self._velocities[index]),
            beta1_power=tf.pow(beta_1, step),
            beta2_power=tf.pow(beta_2, step),
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(tf.convert_to_tensor(gradient), dtype),
        )


def _handle(variable):
    return (variable.value if isinstance(variable, keras.Variable) else variable).handle
