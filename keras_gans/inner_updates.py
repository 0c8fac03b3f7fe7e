"""The updates of Keras's optimizers as differentiable functions, for steps that are taken in thought alone."""

import keras
import tensorflow as tf

from keras_gans.optimizers import Adam

_TINY = 1e-30  # under the root, where it changes no update and keeps the root's gradient at 0 finite


def check_differentiable(optimizer, variables):
    """Refuse optimizers whose update is not written here, and variables that are more than updated.

    Args:
        optimizer: A Keras optimizer, built.
        variables: Those that it updates.

    Raises:
        ValueError: If it is not one of SGD, RMSprop and Adam, or clips, decays, averages or accumulates besides, or a
            variable has a constraint.
    """
    constrained = [v.path for v in variables if v.constraint is not None]
    if constrained:
        raise ValueError(
            f"{', '.join(constrained)} of the discriminator have constraints, which steps that are differentiated do "
            "not apply. Expected none. Build the layers without kernel_constraint and the like."
        )
    optimizer = _unscaled(optimizer)
    besides = [
        name
        for name in (
            "weight_decay",
            "clipnorm",
            "clipvalue",
            "global_clipnorm",
            "gradient_accumulation_steps",
            "use_ema",
        )
        if getattr(optimizer, name, None)
    ]
    if type(optimizer) not in _UPDATES or besides or getattr(optimizer, "amsgrad", False):
        raise ValueError(
            f"{type(optimizer).__name__}{f' with {besides}' if besides else ''} was passed for the discriminator, "
            "whose steps are differentiated. Expected keras.optimizers.SGD, RMSprop or Adam, without weight decay, "
            "clipping, accumulation or amsgrad."
        )


def start(optimizer):
    """Return the state that the optimizer is in: its slots, and the number of its steps.

    Args:
        optimizer: SGD, RMSprop or Adam, built.
    """
    optimizer = _unscaled(optimizer)
    slots, _ = _UPDATES[type(optimizer)]
    state = {name: [v.value for v in getattr(optimizer, name, None) or []] for name in slots}
    return {**state, "iterations": optimizer.iterations.value}


def update(optimizer, weights, gradients, state):
    """Return what one step of the optimizer would make of weights and state, as functions of all arguments.

    Args:
        optimizer: SGD, RMSprop or Adam.
        weights: List of tensors.
        gradients: List of tensors.
        state: What `start` or `update` returned.

    Returns:
        (weights, state). The learning rate is that of the optimizer's own next step.
    """
    optimizer = _unscaled(optimizer)
    _, rule = _UPDATES[type(optimizer)]
    rate = tf.cast(optimizer.learning_rate, tf.float32)
    iterations = state["iterations"] + 1
    weights, slots = rule(optimizer, rate, weights, gradients, state, tf.cast(iterations, tf.float32))
    return weights, {**state, **slots, "iterations": iterations}


def _sgd(optimizer, rate, weights, gradients, state, _):
    steps = [-rate * g for g in gradients]
    if not optimizer.momentum:
        return [w + step for w, step in zip(weights, steps, strict=True)], {}
    momentum = optimizer.momentum
    m = [momentum * m + step for m, step in zip(state["momentums"], steps, strict=True)]
    moved = [momentum * m + step for m, step in zip(m, steps, strict=True)] if optimizer.nesterov else m
    return [w + step for w, step in zip(weights, moved, strict=True)], {"momentums": m}


def _rmsprop(optimizer, rate, weights, gradients, state, _):
    rho, slots = optimizer.rho, {}
    slots["_velocities"] = [
        rho * v + (1 - rho) * tf.square(g) for v, g in zip(state["_velocities"], gradients, strict=True)
    ]
    below = slots["_velocities"]
    if optimizer.centered:
        slots["_average_gradients"] = [
            rho * a + (1 - rho) * g for a, g in zip(state["_average_gradients"], gradients, strict=True)
        ]
        below = [v - tf.square(a) for v, a in zip(below, slots["_average_gradients"], strict=True)]
    steps = [-rate * g / tf.sqrt(v + optimizer.epsilon) for g, v in zip(gradients, below, strict=True)]
    if optimizer.momentum:
        slots["_momentums"] = [
            optimizer.momentum * m - step for m, step in zip(state["_momentums"], steps, strict=True)
        ]
        steps = [-m for m in slots["_momentums"]]
    return [w + step for w, step in zip(weights, steps, strict=True)], slots


def _adam(optimizer, rate, weights, gradients, state, t):
    beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
    m = [m + (g - m) * (1 - beta_1) for m, g in zip(state["_momentums"], gradients, strict=True)]
    v = [v + (tf.square(g) - v) * (1 - beta_2) for v, g in zip(state["_velocities"], gradients, strict=True)]
    alpha = rate * tf.sqrt(1 - tf.pow(beta_2, t)) / (1 - tf.pow(beta_1, t))
    moved = [
        w - m * alpha / (tf.sqrt(tf.maximum(v, _TINY)) + optimizer.epsilon)
        for w, m, v in zip(weights, m, v, strict=True)
    ]
    return moved, {"_momentums": m, "_velocities": v}


def _unscaled(optimizer):
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    return optimizer.inner_optimizer if is_scaled else optimizer


# optimizer: (its slots, by the names of Keras's attributes, and its rule)
_UPDATES = {
    keras.optimizers.SGD: (("momentums",), _sgd),
    keras.optimizers.RMSprop: (("_velocities", "_average_gradients", "_momentums"), _rmsprop),
    keras.optimizers.Adam: (("_momentums", "_velocities"), _adam),
    Adam: (("_momentums", "_velocities"), _adam),
}
