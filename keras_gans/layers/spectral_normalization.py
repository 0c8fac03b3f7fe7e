"""Spectral normalization of one layer's kernel."""

import math

import keras
from keras import layers, ops

_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_WRAPPABLE = (layers.Dense, layers.Conv1D, layers.Conv2D, layers.Conv3D, *_TRANSPOSED, layers.Embedding)
_EPSILON = 1e-12  # the authors' code has the same
_WARM_UP_ITERATIONS = 15


@keras.saving.register_keras_serializable(package="keras_gans")
class SpectralNormalization(layers.Wrapper):
    """Divide the kernel of a layer by an estimate of its largest singular value.

    Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", Algorithm 1, arXiv:1802.05957.

    The kernel W stays raw and trainable. A call runs the wrapped layer with scale * W / sigma, sigma = u^T W v, in
    training and at inference alike; u and v are constants of the gradient, so it flows through W and through sigma
    (eq. 12).
    W is taken as the matrix (outputs, all other axes); the matrix of an `Embedding` is taken as it is.

    A call never changes u and v: sigma is the same however often the layer is called between two optimizer steps.
    `update_power_iteration` moves them, and belongs after each optimizer step and every other change of W. The models
    of this library call it after their steps, on every layer that has a method of this name.

    Deviations from the paper: u is drawn when the layer is built and taken through 15 iterations at once, so that
    the first steps are near 1-Lipschitz too (the paper starts from a random u).

    The largest singular value bounds how much a layer stretches; most directions it stretches far less, so the scores
    of a discriminator of few layers hardly tell samples apart. `scale` gives it room (`factor` in the authors' code).

    Args:
        layer: A `Dense`, `Conv1D/2D/3D`, `Conv1D/2D/3DTranspose` or `Embedding` layer, or a subclass of one. Its dtype
            policy rules the computation; sigma, u and v are float32 under mixed precision.
        scale: Largest singular value of the kernel that is used, positive; 1 in the paper.
        power_iterations: Rounds of the power iteration in one `update_power_iteration`, at least 1 (the paper's).
        **kwargs: `name` and `trainable`, as for every Keras layer.

    Raises:
        ValueError: If `layer` is of another kind or its kernel starts at zero, `scale` is not a positive number, or
            `power_iterations` is below 1.

    Example:
        ```python
        x = keras.Input((28, 28, 1), name="x")
        h = SpectralNormalization(keras.layers.Conv2D(64, 5, strides=2))(x)
        score = SpectralNormalization(keras.layers.Dense(1))(keras.layers.Flatten()(h))
        discriminator = keras.Model(x, score)
        ```
    """

    def __init__(self, layer, scale=1.0, power_iterations=1, **kwargs):
        _check_layer(layer)
        if not isinstance(scale, (int, float)) or not 0 < scale < math.inf:
            raise ValueError(
                f"SpectralNormalization received scale={scale!r}. Expected a positive number, the spectral norm that "
                "the layer's kernel is brought to. Leave it out for the paper's 1."
            )
        if not isinstance(power_iterations, int) or power_iterations < 1:
            raise ValueError(
                f"SpectralNormalization received power_iterations={power_iterations!r}. Expected an integer of at "
                "least 1. Leave it out for the paper's single iteration."
            )
        # The wrapper itself reads W and must see it as it is stored, whatever the global policy: casting W / sigma
        # and the inputs to the compute dtype is the wrapped layer's affair.
        kwargs["dtype"] = layer.variable_dtype
        super().__init__(layer, autocast=False, **kwargs)
        self.scale = float(scale)
        self.power_iterations = power_iterations

    def build(self, input_shape):
        """Build the wrapped layer and the singular vectors u (outputs,) and v (all other axes,)."""
        super().build(input_shape)
        rows, columns = self._matrix().shape
        # The warm-up is u's initializer, not an assignment after it: Keras may build a layer before its variables
        # have values, and then runs the initializers later, W's first.
        self.u = self._add_vector("u", rows, self._warm_u)
        self.v = self._add_vector("v", columns, lambda shape, dtype: _power_iteration(self._matrix(), self.u)[1])

    @property
    def kernel(self):
        """The raw, trainable kernel W of the wrapped layer."""
        return self.layer.embeddings if isinstance(self.layer, layers.Embedding) else self.layer.kernel

    def sigma(self):
        """Return the estimate u^T W v of the largest singular value, a scalar, differentiable in W."""
        u, v = ops.stop_gradient(self.u.value), ops.stop_gradient(self.v.value)
        return ops.sum(u * ops.matmul(self._matrix(), v))

    def update_power_iteration(self):
        """Move u and v by `power_iterations` rounds, v = W^T u / |W^T u| and u = W v / |W v|."""
        u, v = _power_iteration(self._matrix(), self.u.value, self.power_iterations)
        self.u.assign(u)
        self.v.assign(v)

    def call(self, inputs):
        """Run the wrapped layer with scale * W / sigma in the place of W."""
        # A scope hides the one around it (`Model.stateless_call` opens one), so all weights are handed on.
        W = self.kernel
        weights = [(w, w.value) for w in self.layer.weights if w is not W]
        weights.append((W, W.value * ops.cast(self.scale / self.sigma(), W.dtype)))
        with keras.StatelessScope(weights, collect_losses=True) as scope:
            outputs = self.layer(inputs)
        for loss in scope.losses:
            self.add_loss(loss)
        return outputs

    def compute_output_shape(self, input_shape):
        """Return the shape of the wrapped layer's output."""
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs):
        """Return the shape and dtype of the wrapped layer's output."""
        return self.layer.compute_output_spec(inputs)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "scale": self.scale, "power_iterations": self.power_iterations}

    def _matrix(self):
        """Return W as the matrix (outputs, all other axes), at least in float32."""
        W = ops.cast(self.kernel.value, keras.backend.result_type(self.variable_dtype, "float32"))
        if isinstance(self.layer, layers.Embedding):
            return W
        if isinstance(self.layer, _TRANSPOSED):  # (..., outputs, inputs)
            *spatial, outputs, inputs = range(len(W.shape))
            return ops.reshape(ops.transpose(W, (outputs, *spatial, inputs)), (W.shape[outputs], -1))
        return ops.transpose(ops.reshape(W, (-1, W.shape[-1])))

    def _add_vector(self, name, size, initializer):
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=initializer,
            dtype=keras.backend.result_type(self.variable_dtype, "float32"),
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",  # W is the same on all replicas, and so is the new u
        )

    def _warm_u(self, shape, dtype):
        # The seed is fixed so that wrapping a layer shifts no other random draw; u soon depends on W alone.
        u = keras.initializers.RandomNormal(stddev=1.0, seed=0)(shape, dtype)
        return _power_iteration(self._matrix(), u, _WARM_UP_ITERATIONS)[0]


def _power_iteration(matrix, u, iterations=1):
    for _ in range(iterations):
        v = _unit(ops.matmul(ops.transpose(matrix), u))
        u = _unit(ops.matmul(matrix, v))
    return u, v


def _unit(vector):
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + _EPSILON)


def _check_layer(layer):
    if not isinstance(layer, _WRAPPABLE):
        raise ValueError(
            f"SpectralNormalization received layer={layer!r}, which has no kernel that it knows as a matrix. Expected "
            f"one of {', '.join(kind.__name__ for kind in _WRAPPABLE)}. Wrap each such layer, not the model around it."
        )
    embedding = isinstance(layer, layers.Embedding)
    initializer = layer.embeddings_initializer if embedding else layer.kernel_initializer
    if isinstance(initializer, keras.initializers.Zeros):
        raise ValueError(
            f"SpectralNormalization received layer={layer!r}, whose kernel starts at zero: sigma is 0 and W / sigma is "
            "undefined. Expected a kernel other than zero. Choose another initializer, such as 'glorot_uniform'."
        )
