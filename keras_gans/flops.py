"""How much arithmetic a training step is."""

import tensorflow as tf


def flops_of_step(model, batch_size):
    """Count the floating-point operations of one `train_step`, n_critic discriminator steps included.

    A multiplication and an addition are two. TensorFlow's own counts of each operation in the traced graph are summed;
    those without a count (data movement, most element-wise functions) are left out, some percent of a convolutional
    network's.

    Args:
        model: A compiled `GAN`, unconditional or conditional.
        batch_size: m, the samples of one discriminator step.

    Returns:
        Integer.
    """
    rows = batch_size * model.n_critic
    specs = [tf.TensorSpec((rows, *x.shape[1:]), x.dtype) for x in model.discriminator.inputs]
    data = specs[0] if len(specs) == 1 else tuple(specs)
    graph = tf.function(model.train_step).get_concrete_function(data).graph
    options = {**tf.compat.v1.profiler.ProfileOptionBuilder.float_operation(), "output": "none"}
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
