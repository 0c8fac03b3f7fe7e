"""Predict how recipes scale to many GPUs: step time = compute + all-reduce.

    python benchmarks/scaling_model.py [--peak 156] [--share 0.3] [--within 200] [--between 20] [--latency 10]

The arithmetic of a step is counted by `keras_gans.flops`, the bytes that are exchanged are those of the gradients: the
discriminator's n_critic times a step, the generator's once. A ring carries 2 (N - 1) / N of them over its slowest link,
and each exchange waits 2 log2(N) times for a message. No exchange is taken to hide behind compute. The hardware's
figures are the arguments, by default an NVIDIA A100's: TF32 peak, NVLink within a machine of eight GPUs, 200 Gb/s
between machines. Nothing here was measured on GPUs. Writes results/scaling.json, prints the table of docs/scaling.md.
"""

import argparse
import importlib
import json
import math
import pathlib
import types

from keras_gans.files import written_beside
from keras_gans.flops import flops_of_step

RESULTS = pathlib.Path(__file__).resolve().parent.parent / "results" / "scaling.json"
GPUS = (1, 8, 64, 512)
PER_MACHINE = 8

# Recipe, shape of the images, constants in place of its own, which are for minutes on a CPU.
CASES = (
    ("dcgan_radford2015", (64, 64, 3), {"width": 128, "kernel_size": 5, "batch_size": 128, "hidden": None}),
    ("wgan_gp_gulrajani2017", (64, 64, 3), {"width": 64, "kernel_size": 5, "batch_size": 64, "n_critic": 5}),
    ("sngan_miyato2018", (32, 32, 3), {"width": 64, "batch_size": 64, "n_critic": 5}),
)


def predict(flops, exchanges, gpus, machine):
    """Return the seconds of a step and the efficiency of `gpus` GPUs, each with the whole batch of one.

    Args:
        flops: Floating-point operations of a step on one GPU.
        exchanges: Bytes of each all-reduce of a step.
        gpus: How many.
        machine: Namespace of the command line's arguments.
    """
    compute = flops / (machine.peak * 1e12 * machine.share)
    if gpus == 1:
        return compute, 1.0
    bandwidth = (machine.within if gpus <= PER_MACHINE else machine.between) * 1e9
    waiting = 2 * math.log2(gpus) * machine.latency * 1e-6
    exchange = sum(2 * (gpus - 1) / gpus * size / bandwidth + waiting for size in exchanges)
    return compute + exchange, compute / (compute + exchange)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peak", type=float, default=156, help="TFLOP/s of one GPU")
    parser.add_argument("--share", type=float, default=0.3, help="share of it that a step reaches")
    parser.add_argument("--within", type=float, default=200, help="GB/s of all-reduce within a machine")
    parser.add_argument("--between", type=float, default=20, help="GB/s of all-reduce between machines")
    parser.add_argument("--latency", type=float, default=10, help="microseconds of a message")
    machine = parser.parse_args()
    found = []
    print("| recipe | GFLOP a step | MB exchanged | " + " | ".join(f"{gpus} GPUs" for gpus in GPUS[1:]) + " |")
    print("|" + " --- |" * (3 + len(GPUS[1:])))
    for recipe, shape, changes in CASES:
        module = importlib.import_module(f"keras_gans.recipes.{recipe}")
        settings = types.SimpleNamespace(**{**module.IMAGES, **changes}, jit_compile=False)
        model = module.build(shape, settings)
        sizes = [
            4 * sum(math.prod(v.shape) for v in network.trainable_variables) for (network,) in model.player_networks()
        ]
        exchanges = [sizes[1]] * model.n_critic + [sizes[0]]
        flops = flops_of_step(model, settings.batch_size)
        times = {gpus: predict(flops, exchanges, gpus, machine) for gpus in GPUS}
        found.append(
            {
                "recipe": recipe,
                "image_shape": shape,
                "settings": changes,
                "flops": flops,
                "bytes": exchanges,
                "seconds_and_efficiency": {str(gpus): pair for gpus, pair in times.items()},
            }
        )
        shares = " | ".join(f"{100 * times[gpus][1]:.0f} %" for gpus in GPUS[1:])
        print(f"| `{recipe}`, {shape[0]}x{shape[1]} | {flops / 1e9:.0f} | {sum(exchanges) / 1e6:.0f} | {shares} |")
    with written_beside(RESULTS) as beside:
        beside.write_text(json.dumps({"machine": vars(machine), "cases": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
