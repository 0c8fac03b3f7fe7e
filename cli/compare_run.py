"""One run of a comparison, in a process of its own: python -m keras_gans_cli.compare_run FOLDER CORE."""

import json
import os
import pathlib
import sys
import threading
import time

from keras_gans.data.named import MIXTURES

SNAPSHOTS = (0.0, 0.02, 0.1, 0.3, 1.0)  # of the steps
NUM_KEPT = 2_500  # points of a snapshot
STEPS_PER_CALL = 10  # of small networks on points; a step of images is long enough
POINTS = {  # deep and narrow, in small batches: of what a minute of one core can do for 25 modes, the best
    "layers": 5,
    "width": 80,
    "batch_size": 128,
    "latent_dim": 2,
    "learning_rate": 2e-3,
    "beta_2": 0.99,
    "ema_decay": 0.995,
    "gamma": 0.1,  # Roth et al.'s fixed weight, and what serves R1 on points
    "r3gan_gamma": 0.03,
    "gp_weight": 0.1,
    "clip_value": 0.2,
    "history_weight": 1e-3,
}
IMAGES = {
    "width": 16,
    "stop_below": 5,  # maps of 4x4, in which each unit sees most of the image
    "batch_size": 32,
    "latent_dim": 64,
    "learning_rate": 1e-3,
    "beta_2": 0.99,
    "ema_decay": 0.995,
    "gamma": 1.0,
    "r3gan_gamma": 1.0,
    "gp_weight": 10.0,
    "clip_value": 0.1,
    "history_weight": 1e-3,
}
STACKED = {**IMAGES, "width": 32, "batch_size": 64, "ema_decay": 0.998, "r3gan_gamma": 10.0}
# A discriminator without normalization can learn 1,000 images by heart in the minutes of a run.
FEW = {**STACKED, "norm": None, "learning_rate": 2e-3, "beta_2": 0.9, "ema_decay": 0.99}


def settings_for(data):
    """Return the settings of all runs on a set of data."""
    if data in MIXTURES:
        return POINTS
    if "[" in data:
        return FEW
    return STACKED if data == "stacked_mnist" else IMAGES


def steps_per_call(data):
    """Return how many steps one call makes, of which the steps of a run on points must be a multiple."""
    return STEPS_PER_CALL if data in MIXTURES else 1


def networks(kg, sample_shape, objective, s):
    """Return generator and discriminator, the same for every objective up to what it demands of D."""
    ends = {"first": objective.first(s), "last": objective.last(s)}
    if len(sample_shape) == 1:
        hidden = (s["width"],) * s["layers"]
        return (
            kg.networks.mlp_generator(s["latent_dim"], sample_shape, hidden),
            kg.networks.mlp_discriminator(sample_shape, hidden, spectral=objective.spectral, **ends),
        )
    norm = s.get("norm", "batch") if objective.mixes and not objective.spectral else None
    shared = {"stop_below": s["stop_below"], "attention": objective.attention}
    discriminator = kg.networks.dcgan_discriminator(
        sample_shape,
        s["width"],
        4,
        norm=norm,
        spectral=objective.spectral,
        kernel_initializer=None if norm else "he_normal",  # without normalization N(0, 0.02) begins too small
        **shared,
        **ends,
    )
    return kg.networks.dcgan_generator(s["latent_dim"], sample_shape, s["width"], 4, **shared), discriminator


def build(objective, sample_shape, seed, steps, s, per_call=1):
    """Return the compiled model of an objective."""
    import keras

    import keras_gans as kg

    keras.utils.set_random_seed(seed)
    s = {**s, "steps": steps}
    model = objective.build(*networks(kg, sample_shape, objective, s), s)
    adam = lambda steps: kg.optimizers.Adam(  # noqa: E731
        keras.optimizers.schedules.CosineDecay(objective.learning_rate or s["learning_rate"], steps),
        objective.beta_1,
        s["beta_2"],
    )
    rate = objective.discriminator_rate
    d_adam = kg.optimizers.Adam(rate, objective.beta_1, s["beta_2"]) if rate else adam(steps * model.n_critic)
    model.compile(adam(steps), d_adam, steps_per_execution=per_call)
    model.track_ema(s["ema_decay"])
    return model


def run(spec, folder):
    """Train and measure; write row.json and snapshots.npz into the folder.

    Times are those of the processor, which tell what a run costs on its core whatever else runs there.
    """
    import numpy as np

    import keras_gans as kg
    from keras_gans.callbacks.run_folder import as_json
    from keras_gans.files import written_beside
    from keras_gans_cli import evaluation
    from keras_gans_cli.plan import standardized
    from keras_gans_cli.stabilisers import ROWS

    started = time.process_time()
    data = standardized(kg.data.named(spec["data"]))
    is_points = isinstance(data, kg.data.Mixture)
    s = settings_for(spec["data"])
    steps = spec["steps"]
    objective = ROWS[spec["objective"]]
    per_call = steps_per_call(spec["data"])
    model = build(objective, data.sample_shape, spec["seed"], steps, s, per_call)
    protocol = evaluation.protocol_for(spec["data"], data)
    about = {"settings": s, "terms": objective.terms(s)}
    row = {**spec, **about, "status": "finished", "seconds_per_step": None, "curve": []}
    kept = []
    try:
        for share in SNAPSHOTS:
            due = round(share * steps / per_call) * per_call
            if due > model.step:
                begun, before = time.process_time(), model.step
                model.fit(
                    data.stream(s["batch_size"] * model.n_critic, seed=spec["seed"], start=model.step),
                    steps_per_epoch=due - model.step,
                    verbose=0,
                    callbacks=[kg.callbacks.StopOnNaN()],
                )
                row["seconds_per_step"] = (time.process_time() - begun) / (due - before)  # of the last, longest part
            samples = model.sample(evaluation.num_samples(protocol), seed=0)
            row["curve"].append({"step": due, **protocol(samples)})
            kept.append(samples[: NUM_KEPT if is_points else 64])
    except FloatingPointError as error:
        row["status"] = f"diverged at step {model.step}"
        row["error"] = str(error)
    row["seconds"] = time.process_time() - started
    row["measures"] = row["curve"][-1] if row["status"] == "finished" else None
    most = np.finfo("float16").max
    with written_beside(folder / "snapshots.npz") as beside, open(beside, "wb") as file:
        snapshots = {f"at_{i}": np.clip(samples, -most, most).astype("float16") for i, samples in enumerate(kept)}
        np.savez_compressed(file, **snapshots)
    with written_beside(folder / "row.json") as beside:  # the last: who has a row is done
        beside.write_text(json.dumps(as_json(row), indent=1, allow_nan=False) + "\n")


def _end_with(parent):
    """End this process when the one that started it is gone, for it may have been killed and be started anew."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def on_core(work):
    """Take folder and core from the command line, and do `work(spec, folder)` on that core."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder, core = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # a run is one core's: many at a time, whose times compare
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    from keras_gans_cli import quiet

    quiet.load()  # TensorFlow takes as many threads as this process has cores
    work(json.loads((folder / "spec.json").read_text()), folder)


if __name__ == "__main__":
    on_core(run)
