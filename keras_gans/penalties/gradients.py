"""Gradients of a score with respect to its points, sample by sample, and the refusal of those that train nothing."""

import concurrent.futures

import tensorflow as tf

# The gradient of the root at 0 is infinite; 1e-12 under it changes no norm above 1e-5 by more than half a per cent.
_EPSILON = 1e-12

# Gradient operations that TensorFlow cannot differentiate again. For the first the second-order gradient is silently
# None: the penalty would be reported, and do nothing.
_NOT_TWICE_DIFFERENTIABLE = {
    "ResizeBilinearGrad": "bilinear resizing",
    "ResizeBicubicGrad": "bicubic resizing",
    "ResizeNearestNeighborGrad": "tf.image nearest-neighbour resizing",
    "ScaleAndTranslateGrad": "Lanczos or anti-aliased resizing",
    "CropAndResizeGradImage": "crop-and-resize",
}


def scores_and_squared_norms(score, x):
    """Raw scores, and the squared Euclidean norms of their gradients with respect to each sample, in one pass.

    Args:
        score: Function of x, (m, ...) -> (m, 1), in which samples do not influence one another; or -> (m / k, 1) of
            packs of k neighbours (`layers.Packing`), whose gradient is that with respect to the whole pack.
        x: Points of shape (m, ...).

    Returns:
        Two float32 tensors, scores and squared norms, (m, 1) and (m,), or (m / k, 1) and (m / k,).

    Raises:
        ValueError: If the score does not depend on x, or holds an operation that cannot be differentiated twice, so
            that a penalty would have no effect on the weights.
    """
    x = tf.cast(x, tf.float32)
    s, gradients = _gradients(score, x)
    if tf.executing_eagerly():
        traced = tf.function(lambda x: _gradients(score, x)[1], autograph=False)
        with concurrent.futures.ThreadPoolExecutor(1) as apart:  # a step numbers the draws of its own thread
            graph = apart.submit(traced.get_concrete_function, tf.TensorSpec(x.shape, x.dtype)).result()
        _refuse_dropped_gradients(graph.outputs[0])
    else:
        _refuse_dropped_gradients(gradients)
    # One row for each score, which is one for each sample unless samples are scored in packs.
    gradients = tf.reshape(gradients, (tf.shape(s)[0], -1))
    return s, tf.reduce_sum(tf.square(gradients), axis=1)


def squared_gradient_norms(score, x):
    """Squared Euclidean norm of the gradient of the score with respect to each sample.

    Args:
        score: Function of x, (m, ...) -> (m, 1), in which samples do not influence one another.
        x: Points of shape (m, ...).

    Returns:
        float32 tensor of shape (m,).

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    return scores_and_squared_norms(score, x)[1]


def _gradients(score, x):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        s = tf.cast(score(x), tf.float32)
    gradients = tape.gradient(s, x)
    if gradients is None:
        raise ValueError(
            "The score handed to a gradient penalty does not depend on the point that it is differentiated at. "
            "Expected a differentiable function of x. Call the discriminator on the x that the function is given."
        )
    return s, gradients


def _refuse_dropped_gradients(gradients):
    """Walk the graph that computes the gradients and refuse operations that cannot be differentiated again."""
    seen, waiting = set(), [gradients.op]
    while waiting:
        op = waiting.pop()
        if op in seen:
            continue
        seen.add(op)
        if op.type in _NOT_TWICE_DIFFERENTIABLE:
            raise ValueError(
                f"The discriminator contains {_NOT_TWICE_DIFFERENTIABLE[op.type]} (gradient operation {op.type}, "
                f"{op.name}), whose second-order gradient TensorFlow lacks: a gradient penalty through it would have "
                "no effect. Use pooling, strided convolution or keras.layers.UpSampling2D(interpolation='nearest') "
                "in its place, or an objective without a gradient penalty."
            )
        waiting.extend(tensor.op for tensor in op.inputs)


def gradient_norms(score, x):
    """Euclidean norm of the gradient of the score with respect to each sample, with a finite gradient at zero.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Points of shape (m, ...).

    Returns:
        float32 tensor of shape (m,).

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    return tf.sqrt(squared_gradient_norms(score, x) + _EPSILON)
