"""What the library costs beside the work itself: import, sampling, backups, memory over 10,000 steps.

    python benchmarks/overheads.py

`fit` against a bare loop is in step_time.py. Ratios are medians over interleaved rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the command keras-gans does
RESULT = pathlib.Path(__file__).parent.parent / "results" / "overheads.json"


def import_seconds(rounds=5):
    """Seconds that `import keras_gans, keras_gans.export` adds to importing TensorFlow and Keras."""
    code = (
        "import tensorflow, keras, time; begin = time.perf_counter(); import keras_gans, keras_gans.export; "
        "print(time.perf_counter() - begin)"
    )
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(rounds)]
    return statistics.median(float(run.stdout) for run in runs)


def timed(function, repeats):
    begin = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - begin) / repeats


def sampling_milliseconds(model, rounds=15, repeats=20):
    """Time of 64 samples: `sample`, a bare compiled call with the same latents to NumPy, and Keras's `predict`."""
    import tensorflow as tf

    bare = tf.function(lambda z: model.generator(z, training=False))
    candidates = {
        "sample": lambda: model.sample(64, seed=0),
        "bare tf.function": lambda: bare(tf.random.stateless_normal((64, model.latent_dim), (0, 0))).numpy(),
        "predict": lambda: model.generator.predict(
            tf.random.stateless_normal((64, model.latent_dim), (0, 0)), verbose=0, batch_size=64
        ),
    }
    for candidate in candidates.values():
        timed(candidate, 3)
    times = {name: [] for name in candidates}
    order = list(candidates)
    for _ in range(rounds):
        order = order[1:] + order[:1]  # predict leaves the caches cold for the one after it
        for name in order:
            timed(candidates[name], 2)
            times[name].append(1000 * timed(candidates[name], repeats))
    ratios = [a / b for a, b in zip(times["sample"], times["bare tf.function"], strict=True)]
    return {**{name: round(statistics.median(v), 3) for name, v in times.items()}, "ratio": statistics.median(ratios)}


def resident_mib():
    fields = pathlib.Path("/proc/self/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) / 1024


def memory_mib(steps=10_000):
    """Resident memory at each tenth of a run of a small network, with the callbacks of the command."""
    import keras

    import keras_gans as kg

    found = []
    model = kg.NonSaturatingGAN(kg.networks.mlp_generator(2, (2,), (32,)), kg.networks.mlp_discriminator((2,), (32,)))
    model.compile()
    ring = kg.data.mixtures.ring()
    with tempfile.TemporaryDirectory() as folder:
        used = [
            kg.callbacks.StopOnNaN(),
            kg.callbacks.HealthCheck(ring.sample(256, seed=0)),
            kg.callbacks.SampleGrid(folder + "/samples", every=steps // 10),
            kg.callbacks.RunFolder(folder),
            kg.callbacks.Backup(folder + "/backups"),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: found.append(round(resident_mib(), 1))),
        ]
        model.fit(ring.stream(64), steps_per_epoch=steps // 10, epochs=10, verbose=0, callbacks=used)
    return found


def backup_share(model, data, seconds=60.0):
    """Share of a run's time that goes into backups, the first and the last of it aside, and how many there were."""
    import keras_gans as kg
    from keras_gans.callbacks import backup

    taken = []

    def save(*arguments):
        begin = time.perf_counter()
        path = saved(*arguments)
        taken.append(time.perf_counter() - begin)
        return path

    saved, backup.save = backup.save, save
    model.fit(data, steps_per_epoch=10, verbose=0)  # traces
    step_seconds = timed(lambda: model.fit(data, steps_per_epoch=10, verbose=0), 1) / 10
    epochs = max(2, round(seconds / (10 * step_seconds)))
    with tempfile.TemporaryDirectory() as folder:
        fit = lambda: model.fit(  # noqa: E731
            data, steps_per_epoch=10, epochs=epochs, verbose=0, callbacks=[kg.callbacks.Backup(folder)]
        )
        run_seconds = timed(fit, 1)
    backup.save = saved
    between = taken[1:-1]
    return {
        "run_seconds": round(run_seconds, 1),
        "backups": len(taken),
        "seconds_each": round(statistics.median(taken), 3),
        "share_between_first_and_last": round(sum(between) / run_seconds, 4),
        "share_in_all": round(sum(taken) / run_seconds, 4),
    }


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    import numpy as np
    import tensorflow as tf

    import keras_gans as kg
    from keras_gans.callbacks.run_folder import describe_environment

    shape = (28, 28, 1)
    model = kg.WGANGP(
        kg.networks.dcgan_generator(128, shape, width=64), kg.networks.dcgan_discriminator(shape, width=64, norm=None)
    )
    model.compile()
    pixels = np.random.default_rng(0).integers(0, 256, (6000, 28, 28, 1)).astype("uint8")
    data = kg.data.ImageSet(pixels).batches(64 * 5).repeat()
    report = {
        "command": "python benchmarks/overheads.py",
        "hardware": describe_environment(tf.distribute.get_strategy())["hardware"],
        "import_seconds": round(import_seconds(), 3),
        "sampling_64_images_28x28_milliseconds": sampling_milliseconds(model),
        "backups": backup_share(model, data),
        "memory_mib_over_10000_steps": memory_mib(),
    }
    print(json.dumps(report, indent=1))
    RESULT.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
