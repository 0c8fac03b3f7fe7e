"""How long one shower takes of a trained generator: 10,000 at a time, by Keras compiled and by onnxruntime.

    python benchmarks/showers.py RUN

RUN is a finished run of `keras-gans train fastcalogan`. CaloChallenge measures CPU time at the same batch
(arXiv:2410.21611). Medians over interleaved rounds; both on all cores that the process may use.
"""

import argparse
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the command keras-gans does
RESULT = pathlib.Path(__file__).parent.parent / "results" / "showers.json"
BATCH = 10_000
ROUNDS = 11


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=pathlib.Path, help="folder of the run")
    run = parser.parse_args().run

    import numpy as np
    import onnxruntime
    import tensorflow as tf

    import keras_gans as kg
    from keras_gans.callbacks.run_folder import describe_environment
    from keras_gans.files import written_beside

    model = kg.load_model(run / "model.keras")
    low, high = model.units.energy_min, model.units.energy_max
    y = np.geomspace(low, high, BATCH, dtype=np.float32)[:, None]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(run / "generator.onnx", options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)

    def by_onnxruntime():
        z = rng.standard_normal((BATCH, model.latent_dim), dtype=np.float32)
        return session.run(None, {"z": z, "y": y})[0]

    candidates = {
        "model.sample": lambda: model.sample(BATCH, y=y, seed=0, batch_size=BATCH),
        "onnxruntime": by_onnxruntime,
    }
    times = {name: [] for name in candidates}
    for i in range(ROUNDS + 1):
        for name, candidate in candidates.items():
            begin = time.perf_counter()
            candidate()
            if i:  # the first traces, and fills caches
                times[name].append(time.perf_counter() - begin)
    found = {
        "milliseconds_per_shower": {name: statistics.median(t) / BATCH * 1000 for name, t in times.items()},
        "batch": BATCH,
        "rounds": ROUNDS,
        "voxels": model.served_shape[0],
        "parameters": model.generator.count_params(),
        "hardware": describe_environment(tf.distribute.get_strategy())["hardware"],
    }
    with written_beside(RESULT) as beside:
        beside.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
