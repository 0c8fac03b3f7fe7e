"""Run by test_multiworker in each of two processes, which TF_CONFIG names; or alone without it.

python multiworker.py FOLDER OUT EPOCHS: trains in FOLDER from its last backup; writes the worker's own state to OUT.
"""

import os
import sys

import keras
import numpy as np
import tensorflow as tf
import tiny

import keras_gans as kg

ROWS, STEPS = 16, 4
folder, out, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
strategy = tf.distribute.MultiWorkerMirroredStrategy() if "TF_CONFIG" in os.environ else tf.distribute.get_strategy()

keras.utils.set_random_seed(1)
with strategy.scope():
    model = kg.WGANGP(tiny.generator(), tiny.discriminator(norm=False), n_critic=2)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5), keras.optimizers.SGD(0.05, momentum=0.5))
    model.track_ema(0.5)
kg.callbacks.restore(model, f"{folder}/backups")
data = kg.data.named("ring")
stream = lambda start: data.stream(ROWS * model.n_critic, seed=3, start=start)  # noqa: E731
print(f"from {model.step}", flush=True)

history = model.fit(
    stream(model.step),
    steps_per_epoch=STEPS,
    initial_epoch=model.step // STEPS,
    epochs=epochs,
    verbose=0,
    callbacks=[
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(f"epoch {epoch}", flush=True)),
        kg.callbacks.RunFolder(folder),
        kg.callbacks.SampleGrid(f"{folder}/samples", every=STEPS, num=8),
        kg.callbacks.Backup(f"{folder}/backups", share=1),
    ],
).history

# What this worker's share of the first batches is.
shares = iter(strategy.experimental_distribute_dataset(stream(0)))
seen = [np.concatenate([x.numpy() for x in strategy.experimental_local_results(next(shares))]) for _ in range(3)]
np.savez(
    out,
    weights=tiny.weights_of(model),
    moments=np.concatenate([np.ravel(v) for v in model.generator_optimizer.variables]),
    samples=model.sample(8, seed=0),
    loss=history["discriminator_loss"],
    seen=seen,
)
