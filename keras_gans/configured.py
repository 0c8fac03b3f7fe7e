"""What objects share that Keras saves by their constructor's arguments."""


class Configured:
    """An object that is rebuilt from its constructor's arguments, which are none unless a subclass says otherwise."""

    def get_config(self):
        """Return the constructor's arguments, plain JSON values."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuild the object from `get_config`."""
        return cls(**config)

    def __repr__(self):
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
