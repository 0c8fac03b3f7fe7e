"""Time of a training step: ours against plain PyTorch loops and a train_step as the Keras guides write it.

    python benchmarks/step_time.py [--case NAME ...] [--cores 1|2 ...] [--rounds 5] [--only CANDIDATE ...]
                                   [--torch-python PATH]

For each case of step_time_cases.py every candidate lives in a process of its own with the same networks (the numbers of
trainable parameters are compared), batches, noise and optimizers, in training mode: `fit` (ours), `bare` (our step in
the barest loop), `guide` (Keras's layers in a step as its guides write one), `torch` (eager), `torch_tuned`
(channels_last, fused Adam), `torch_compiled` (networks compiled besides), and ways to run `fit`: `fit_bfloat16`,
`fit_xla`, `fit_10_steps` (steps_per_execution). The rounds are interleaved and their order rotates; a round in which
other processes took more than 10 % of the cores is thrown out. The machine's own pace is measured in the same rounds:
products of 2048x2048 matrices, and 3x3 convolutions of 64 channels on 32x32, in float32.

PyTorch is no requirement of keras_gans: `pip install torch==2.13.0` beside it, or name another environment's
interpreter. Writes results/step_time.json, of which only what was measured is replaced, and prints its tables.

Tried and left out: real and generated samples of WGAN-GP in one pass of the critic, 1.05 of the time of two passes.
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

from step_time_cases import CASES

from keras_gans.files import written_beside

HERE = pathlib.Path(__file__).parent
RESULT = HERE.parent / "results" / "step_time.json"
CANDIDATES = (
    "fit", "bare", "guide", "torch", "torch_tuned", "torch_compiled", "fit_bfloat16", "fit_xla", "fit_10_steps",
)  # fmt: skip
PEAKS = ("matmul", "conv")
ROUND_SECONDS = 4.5  # a call of `fit` takes some 40 ms, which ten steps of 150 ms would not hide
OTHERS = 0.1


class Candidate:
    """A process that makes steps when told, and answers with the seconds and CPU seconds that they took."""

    def __init__(self, case, kind, cores, torch_python):
        # As the command keras-gans does: on CPUs without AVX-512 TensorFlow leaves oneDNN off by itself.
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
        is_torch = kind.startswith("torch")
        if is_torch:
            # Two OpenMP threads that share a core are many times slower. TensorFlow has no OpenMP, but a library that
            # comes with it may have, and would bind all of its threads to one core.
            environment |= {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores"}
        script = HERE / f"step_time_{'torch' if is_torch else 'keras'}.py"
        command = [torch_python if is_torch else sys.executable, str(script), case, kind, str(len(cores))]
        self.kind = kind
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # for as long as the process
        self.process = subprocess.Popen(
            ["taskset", "-c", ",".join(map(str, cores)), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.told = self._answer()
        self.steps = 1

    def _answer(self):
        """Read one line of JSON; what does not work says why in its last line of errors."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        code = self.process.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return {"error": lines[-1][:300] if lines else f"exit code {code}"}

    def run(self, steps):
        """Make steps; return what they took."""
        print(steps, file=self.process.stdin, flush=True)
        return self._answer()

    def calibrate(self):
        """Warm up, and choose the steps of a round."""
        self.run(2)
        seconds = self.run(4)["seconds"] / 4
        self.steps = 10 * max(1, round(ROUND_SECONDS / seconds / 10))  # fit_10_steps makes whole tens
        self.run(self.steps)

    def end(self):
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


def busy_seconds(cores):
    """CPU seconds that some cores have spent working, from /proc/stat."""
    busy = 0
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name in {f"cpu{core}" for core in cores}:
            user, nice, system, _, _, irq, softirq, *_ = map(int, fields)
            busy += user + nice + system + irq + softirq
    return busy / os.sysconf("SC_CLK_TCK")


def one_round(workers, cores):
    """Run each candidate once; return the seconds of a step, or None if others were at work."""
    begin, busy, own, taken = time.time(), busy_seconds(cores), 0.0, {}
    for worker in workers:
        answer = worker.run(worker.steps)
        taken[worker.kind] = answer["seconds"] / worker.steps
        own += answer["cpu_seconds"]
    others = (busy_seconds(cores) - busy - own) / ((time.time() - begin) * len(cores))
    if others > OTHERS:
        print(f"round thrown out: other processes took {others:.0%} of the cores", flush=True)
        return None
    print(*(f"{kind} {1000 * value:.2f} ms" for kind, value in taken.items()), flush=True)
    return taken


def measure(case, cores, options):
    """Measure one case on some cores; return its report."""
    workers, failed = [], {}
    for kind in options.only or CANDIDATES:
        worker = Candidate(case, kind, cores, options.torch_python)
        print(f"{case}, {kind}: {worker.told}", flush=True)
        if "error" in worker.told:
            failed[kind] = worker.told["error"]
        else:
            workers.append(worker)
    check_parameters(workers)
    for worker in workers:
        worker.calibrate()
    told = {worker.kind: worker.told for worker in workers}
    peaks = [Candidate("peak", kind, cores, options.torch_python) for kind in PEAKS]
    for peak in peaks:
        peak.calibrate()
    counter = Candidate(case, "flops", cores, options.torch_python)
    counter.end()
    rotating, rounds, thrown_out = workers + peaks, [], 0
    while len(rounds) < options.rounds:
        rotating = rotating[1:] + rotating[:1]
        taken = one_round(rotating, cores)
        thrown_out += taken is None
        rounds += [] if taken is None else [taken]
    for worker in workers + peaks:
        worker.end()
    return report(case, rounds, thrown_out, told, failed, peaks, counter.told["flops"])


def check_parameters(workers):
    """See that all candidates train the same networks."""
    numbers = {worker.kind: worker.told["trainable_parameters"] for worker in workers}
    if len({tuple(n) for n in numbers.values()}) > 1:
        raise SystemExit(f"The candidates' numbers of trainable parameters differ: {numbers}")


def report(case, rounds, thrown_out, told, failed, peaks, flops):
    """Return medians over rounds, and ratios as medians of those within a round, which drift less."""
    median = {kind: statistics.median(taken[kind] for taken in rounds) for kind in rounds[0]}
    ratio = lambda a, b: round(statistics.median(taken[a] / taken[b] for taken in rounds), 3)  # noqa: E731
    pace = {peak.kind: peak.told["flops"] / median[peak.kind] / 1e9 for peak in peaks}
    found = {
        "what": CASES[case].what,
        "batch": CASES[case].m,
        "n_critic": CASES[case].n_critic,
        "rounds": len(rounds),
        "rounds_thrown_out": thrown_out,
        "candidates": told,
        "failed": failed,
        "milliseconds_per_step": {kind: round(1000 * median[kind], 3) for kind in told},
        "milliseconds_by_round": {kind: [round(1000 * taken[kind], 3) for taken in rounds] for kind in told},
        "gflop_per_step": round(flops / 1e9, 3),
        "peak_gflop_per_second": {kind: round(value, 1) for kind, value in pace.items()},
    }
    if "fit" in told:
        found["fit_over"] = {kind: ratio("fit", kind) for kind in told}
        found["gflop_per_second"] = round(flops / median["fit"] / 1e9, 1)
        found["share_of_peak"] = round(flops / median["fit"] / 1e9 / max(pace.values()), 3)
    return found


def show(name, found):
    """Print one case as a Markdown table."""
    print(f"\n**{name}**: {found['what']}; batch {found['batch']}, {found['gflop_per_step']} GFLOP a step")
    if "share_of_peak" in found:
        print(f"`fit`: {found['gflop_per_second']} GFLOP/s, {found['share_of_peak']:.0%} of the measured peak")
    print("\n| candidate | ms a step | fit / it | first step, s |\n| --- | --- | --- | --- |")
    for kind, value in found["milliseconds_per_step"].items():
        over = found.get("fit_over", {}).get(kind, "")
        print(f"| `{kind}` | {value:.3g} | {over} | {found['candidates'][kind]['first_step_seconds']} |")
    for kind, error in found["failed"].items():
        print(f"| `{kind}` | {error} | | |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", nargs="*", choices=CASES, default=list(CASES))
    parser.add_argument("--cores", type=int, choices=(1, 2), nargs="*", default=[2, 1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=CANDIDATES)
    parser.add_argument("--torch-python", default=sys.executable, help="interpreter that has PyTorch")
    options = parser.parse_args()
    import tensorflow as tf

    from keras_gans.callbacks.run_folder import describe_environment

    for number in options.cores:
        for case in options.case:
            found = measure(case, sorted(os.sched_getaffinity(0))[:number], options)
            found |= describe_environment(tf.distribute.get_strategy())
            elsewhere = os.path.relpath(options.torch_python)
            found["command"] = ["PATH" if word == elsewhere else word for word in found["command"]]
            all_found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
            all_found[f"{case}/{number}"] = found
            with written_beside(RESULT) as beside:
                beside.write_text(json.dumps(all_found, indent=1) + "\n")
            show(f"{case}, {number} core{'s' if number > 1 else ''}", found)


if __name__ == "__main__":
    main()
