"""What the library costs beside the work itself: import, sampling, memory over 1,000 steps.

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
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
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


def memory_mib(model, data, steps=1000):
    """Resident memory after each 100 steps of one `fit`, from step 100 to step 1,100."""
    import keras

    found = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch and batch % (steps // 10) == 0:
                found.append(round(resident_mib(), 1))

    model.fit(data, steps_per_epoch=steps + steps // 10 + 1, verbose=0, callbacks=[Watch()])
    return found


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    import numpy as np

    import keras_gans as kg

    shape = (28, 28, 1)
    model = kg.WGANGP(
        kg.networks.dcgan_generator(128, shape, width=64), kg.networks.dcgan_discriminator(shape, width=64, norm=None)
    )
    model.compile()
    small = kg.WGANGP(
        kg.networks.dcgan_generator(64, shape, width=8), kg.networks.dcgan_discriminator(shape, width=8, norm=None)
    )
    small.compile()
    pixels = np.random.default_rng(0).integers(0, 256, (6000, 28, 28, 1)).astype("uint8")
    data = kg.data.ImageSet(pixels).batches(64 * 5).repeat()
    report = {
        "command": "python benchmarks/overheads.py",
        "hardware": f"{os.cpu_count()} CPU cores",
        "import_seconds": round(import_seconds(), 3),
        "sampling_64_images_28x28_milliseconds": sampling_milliseconds(model),
        "memory_mib_over_1000_steps": memory_mib(small, data),
    }
    print(json.dumps(report, indent=1))
    RESULT.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
