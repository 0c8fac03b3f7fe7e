"""What writes files does so in one process of many."""

import functools

import keras

from keras_gans.replicas import is_chief

HOOKS = [name for name in vars(keras.callbacks.Callback) if name.startswith("on_")]


def chief_only(callback):
    """Class decorator: the callback acts in the chief's process alone.

    Every worker of a MultiWorkerMirroredStrategy has the same state, so what one of them writes is what any would.
    None of the callbacks that are decorated takes part in the workers' exchange, for which the others would not wait.

    Args:
        callback: Class of a callback.

    Returns:
        The same class.
    """
    for name in HOOKS:
        hook = getattr(callback, name)
        if hook is not getattr(keras.callbacks.Callback, name):
            setattr(callback, name, _in_chief(hook))
    return callback


def _in_chief(hook):
    @functools.wraps(hook)
    def call(self, *arguments, **named):
        if is_chief(self.model.distribute_strategy):
            hook(self, *arguments, **named)

    return call
