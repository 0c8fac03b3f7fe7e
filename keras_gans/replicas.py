"""What differs between one device and many: rows of a global batch, variables on every replica, who writes files."""

import tensorflow as tf


def draw_rows(sample, rows, dimensions):
    """Draw this replica's rows of a global batch, so that N replicas draw what one would.

    A stateful generator, or a stateless one with the same seed, gives every replica the same noise. Here the noise of
    the global batch is drawn on each replica from one seed, and each keeps its own rows.

    Args:
        sample: Function of a shape that draws with a fixed stateless seed.
        rows: Number of rows on this replica, m.
        dimensions: Shape of one row, a tuple.

    Returns:
        Tensor of shape (rows, *dimensions).
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return sample((rows, *dimensions))
    return own_rows(sample((rows * context.num_replicas_in_sync, *dimensions)), rows)


def update_variables(update, variables, *values):
    """Call `update(variable, *values)` for each variable, on every replica.

    A plain assignment to a trainable variable is refused inside a replica of `tf.distribute`. All replicas hold the
    same variables, so each may change its own copy with no exchange.

    Args:
        update: Function of a `tf.Variable` and of one element of each of `values`; it assigns.
        variables: Keras variables to change.
        values: Sequences as long as `variables`.
    """
    targets = [variable.value for variable in variables]
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        for arguments in zip(targets, *values, strict=True):
            update(*arguments)
        return

    def on_all_replicas(strategy, targets, *values):
        for target, *arguments in zip(targets, *values, strict=True):
            strategy.extended.update(target, update, args=tuple(arguments), group=False)

    context.merge_call(on_all_replicas, args=(targets, *values))


def is_chief(strategy):
    """Return whether this process writes files: the only one, or the first of several workers.

    Args:
        strategy: A `tf.distribute` strategy.
    """
    resolver = getattr(strategy, "cluster_resolver", None)
    if resolver is None or not resolver.task_type:
        return True
    first = "chief" if "chief" in resolver.cluster_spec().jobs else "worker"
    return (resolver.task_type, resolver.task_id) == (first, 0)


def gather_rows(rows):
    """Return the rows of all replicas, in the order of the global batch.

    Args:
        rows: Tensor (m, ...), of one m on every replica.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return rows
    everything = context.all_gather(rows, axis=0)
    return tf.ensure_shape(everything, (rows.shape[0] * context.num_replicas_in_sync, *rows.shape[1:]))


def own_rows(everything, rows):
    """Return this replica's rows of what all replicas hold of the global batch: the reverse of `gather_rows`.

    Args:
        everything: Tensor (rows times replicas, ...).
        rows: Number of rows on this replica.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return everything
    of_one = everything.shape[1:]
    return tf.slice(everything, [context.replica_id_in_sync_group * rows] + [0] * len(of_one), (rows, *of_one))


def mean_over_replicas(*values):
    """Return means over the global batch of what are means over this replica's rows, as a list; differentiable.

    Args:
        values: Tensors.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return list(values)
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, list(values))
