"""How much arithmetic a training step is."""

import re

import tensorflow as tf


def flops_of_step(model, batch_size):
    """Count the floating-point operations of one `train_step`, n_critic discriminator steps included.

    A multiplication and an addition are two. TensorFlow's own counts of each operation in the traced graph are summed;
    those without a count (data movement, most element-wise functions) are left out, some percent of a convolutional
    network's. So are operations that are traced but never run since nothing depends on them, such as the gradients of
    the discriminator's weights in the generator's step.

    Args:
        model: A compiled `GAN`, unconditional or conditional, `VariationalModel` or `TranslationModel`.
        batch_size: m, the samples of one discriminator step.

    Returns:
        Integer.
    """
    rows = batch_size * model.n_critic
    if hasattr(model, "generators"):  # a TranslationModel
        inputs = [model.generator.inputs[0], model.generator.outputs[0]]  # x and y
    elif hasattr(model, "encoder"):  # a VariationalModel
        inputs = model.encoder.inputs
    else:
        inputs = [model.discriminator.inputs[0], *model.generator.inputs[1:]]  # x, and y where there is one
    specs = [tf.TensorSpec((rows, *x.shape[1:]), x.dtype) for x in inputs]
    data = specs[0] if len(specs) == 1 else tuple(specs)
    graph = tf.function(model.train_step, autograph=False).get_concrete_function(data).graph
    options = {
        **tf.compat.v1.profiler.ProfileOptionBuilder.float_operation(),
        "output": "none",
        "account_displayed_op_only": True,
        "hide_name_regexes": [f"^{re.escape(name)}$" for name in _never_run(graph)],
    }
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # the profiler warns of a deprecated function of its own
    try:
        return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    finally:
        logger.setLevel(level)


def _never_run(graph):
    """Names of the operations that neither an output nor a change of state depends on."""
    unseen = [*(tensor.op for tensor in graph.outputs), *graph.control_outputs]
    needed = set()
    while unseen:
        operation = unseen.pop()
        if operation.name not in needed:
            needed.add(operation.name)
            unseen += [*(tensor.op for tensor in operation.inputs), *operation.control_inputs]
    return [operation.name for operation in graph.get_operations() if operation.name not in needed]
