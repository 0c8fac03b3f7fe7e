"""Time of a WGAN-GP step on 28x28 images: ours against a plain PyTorch loop and a train_step as the Keras guides write.

    python benchmarks/step_time.py [--rounds 7] [--steps 20] [--torch-python PATH]

Every candidate lives in a process of its own with the same networks, batch (64) and work (5 critic steps with gradient
penalty, one generator step), in float32 and training mode. The Keras-guide candidate has Keras's own layers, and once
more our networks. The rounds are interleaved and their order rotates; a round in which other processes took more than
10 % of the machine is thrown out. PyTorch is no requirement of keras_gans: `pip install torch==2.13.0` beside it, or
name the interpreter of another environment.

Tried and left out: real and generated samples in one pass of the critic, 1.05 of the time of two passes.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
M, N_CRITIC, LATENT = 64, 5, 128
CANDIDATES = {
    "keras_gans fit": "ours",
    "keras_gans bare tf.function": "ours_bare",
    "Keras-guide train_step": "guide",
    "Keras-guide train_step, our networks": "guide_ours",
    "PyTorch eager": "torch",
    "PyTorch tuned": "torch_tuned",
}


def busy_seconds():
    """CPU seconds that the whole machine has spent working, from /proc/stat."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    user, nice, system, _, _, irq, softirq, *_ = (int(field) for field in fields)
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


class Candidate:
    """A worker process that runs steps when told and answers with the seconds and CPU seconds they took."""

    def __init__(self, name, kind, python):
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if "torch" in kind:
            # Two OpenMP threads that share a core are many times slower. TensorFlow has no OpenMP, but a library that
            # comes with it may have, and would bind all of its threads to one core.
            environment |= {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores", "OMP_WAIT_POLICY": "passive"}
        self.name = name
        self.process = subprocess.Popen(
            [python, str(HERE / "step_time_workers.py"), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.info = self._answer()

    def _answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"{self.name} ended with code {self.process.wait()}; its error stands above.")

    def run(self, steps):
        """Run generator steps; return the seconds and CPU seconds that they took."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self._answer()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count")
    parser.add_argument("--steps", type=int, default=20, help="generator steps of each candidate in a round")
    parser.add_argument("--torch-python", default=sys.executable, help="interpreter that has PyTorch")
    parser.add_argument("--only", nargs="*", help="names of candidates")
    parser.add_argument("--output", default=str(HERE.parent / "results" / "step_time_wgan_gp_28x28.json"))
    options = parser.parse_args()

    names = options.only or list(CANDIDATES)
    workers = []
    for name in names:
        kind = CANDIDATES[name]
        workers.append(Candidate(name, kind, options.torch_python if "torch" in kind else sys.executable))
        print(f"{name}: {workers[-1].info}", flush=True)
    for worker in workers:
        worker.run(5)

    seconds = {name: [] for name in names}
    kept = thrown_out = 0
    while kept < options.rounds:
        order = workers[(kept + thrown_out) % len(workers) :] + workers[: (kept + thrown_out) % len(workers)]
        begin, busy, ours, taken = time.time(), busy_seconds(), 0.0, {}
        for worker in order:
            answer = worker.run(options.steps)
            taken[worker.name] = answer["seconds"] / options.steps
            ours += answer["cpu_seconds"]
        others = (busy_seconds() - busy - ours) / ((time.time() - begin) * os.cpu_count())
        if others > 0.1:
            thrown_out += 1
            print(f"round thrown out: other processes took {others:.0%} of the machine", flush=True)
            continue
        kept += 1
        for name, value in taken.items():
            seconds[name].append(value)
        print(f"round {kept}:", *(f"{name} {1000 * value:.1f} ms" for name, value in taken.items()), flush=True)

    medians = {name: statistics.median(values) for name, values in seconds.items()}
    # A ratio within a round is freer of the machine's drift than a ratio of medians over rounds.
    ratios = {
        name: statistics.median(a / b for a, b in zip(seconds[names[0]], values, strict=True))
        for name, values in seconds.items()
    }
    print(f"\n{'candidate':30} {'ms/step':>9} {'ours/theirs':>12}")
    for name in names:
        print(f"{name:30} {1000 * medians[name]:9.1f} {ratios[name]:12.3f}")
    report = {
        "what": "WGAN-GP step, 28x28x1, batch 64, n_critic 5, DCGAN networks of width 64, float32",
        "command": "python benchmarks/step_time.py",
        "hardware": f"{os.cpu_count()} cores, {cpu_name()}",
        "python": platform.python_version(),
        "candidates": {worker.name: worker.info for worker in workers},
        "rounds": options.rounds,
        "rounds_thrown_out": thrown_out,
        "steps_per_round": options.steps,
        "milliseconds_per_step": {name: round(1000 * value, 2) for name, value in medians.items()},
        f"ratio_{names[0].replace(' ', '_')}_over": {name: round(value, 3) for name, value in ratios.items()},
        "milliseconds_by_round": {name: [round(1000 * v, 2) for v in values] for name, values in seconds.items()},
    }
    path = pathlib.Path(options.output)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
