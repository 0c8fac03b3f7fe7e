"""End a run at random moments, go on with it each time, and compare what it leaves with what an undisturbed run does.

    python benchmarks/kills.py [--kills 20] [--seed 0] [--recipe wgan_gp_digits] [--steps 200]

Both runs are `keras-gans train` in runs/kills, each life of the disturbed one a process of its own, ended by SIGKILL,
SIGTERM or SIGINT as the seed draws. A quarter of the moments lie in the start-up of a life, up to its first line of
statistics. The others are uniform over the undisturbed run, from its step 0 to its last export, and are taken in their
order, so that the run gets on; a third of them wait for the next file that is being written. Moments are counted in
processor time: other load on the machine moves none. Each life after the first goes on with `--resume`, or begins anew
where nothing had begun.

TensorFlow has one thread in both runs, as in the tests. What is compared must be equal to the bit, or the exit code is
1. The result is results/kills.json; the folders of both runs and the output of each life stay in runs/kills.
"""

import argparse
import bisect
import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import psutil

from keras_gans.callbacks.run_folder import describe_environment, read_stats
from keras_gans.files import written_beside

ROOT = pathlib.Path(__file__).parent.parent
RESULT = ROOT / "results" / "kills.json"
RUNS = ROOT / "runs" / "kills"
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
EXIT_CODES = {signal.SIGKILL: (-9,), signal.SIGTERM: (-15, 143), signal.SIGINT: (-2, 130)}
START_UPS, WRITES = 1 / 4, 1 / 3  # share of the kills; share of the others that wait for a write
BIRTH = -1  # in place of a step: the process has not yet said where it begins
NUM_SAMPLES = 64


@dataclasses.dataclass
class Moment:
    """A moment in a life: so much processor time after it has reached a step."""

    step: int
    seconds: float
    waits_for_write: bool = False


class Life:
    """A process of the command, which begins a run or goes on with it."""

    def __init__(self, recipe, steps, folder, log):
        self.steps, self.folder, self.log = steps, folder, log
        self.is_anew = not (folder / "options.json").exists()
        if self.is_anew:
            shutil.rmtree(folder, ignore_errors=True)
        self._parts_before, self._record_before = self._parts(), self._record()
        command = [sys.executable, "-m", "keras_gans_cli", "train", recipe, "--run-dir", folder]
        command += ["--steps", str(steps)] if self.is_anew else ["--resume"]
        with open(log, "w") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env={**os.environ, **ONE_THREAD})
        self.milestones = [(BIRTH, 0.0)]  # steps, and the processor time at which they were first seen
        self.seconds = 0.0

    def lives_until(self, moment=None):
        """Wait for a moment, or for the end; return whether the process is alive then."""
        while self.process.poll() is None:
            self._look()
            if moment is not None and self._has_reached(moment):
                return not moment.waits_for_write or self._lives_until_write()
            time.sleep(0.02)
        return False

    def end(self, number):
        """Send a signal, wait for the end, and return what there is to say of it."""
        being_written = sorted(re.sub(r"^\.part-\w+?-", "", os.path.basename(path)) for path in self._new_parts())
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait()
        step = self._step()
        return {
            "signal": signal.Signals(number).name,
            "phase": self._phase(step),
            "step": None if step == BIRTH else step,
            "being_written": being_written,
            "exit_code": code,
            "seconds_to_end": round(time.monotonic() - begun, 2),
            "traceback": "Traceback" in self.log.read_text(),
        }

    def begun_from(self):
        """The step that the process said it begins with; BIRTH before."""
        said = re.search(r"step (\d+) to \d+ on ", self.log.read_text())
        return int(said[1]) if said else BIRTH

    def _look(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.process.pid)
            self.seconds = sum(sum(one.cpu_times()[:4]) for one in (process, *process.children()))
        step = self._step()
        if step != self.milestones[-1][0]:
            self.milestones.append((step, self.seconds))

    def _step(self):
        """The last step that is on record in this life."""
        begun_from = self.begun_from()
        if begun_from == BIRTH or self._record() == self._record_before:
            return begun_from
        return max([begun_from, *(row["step"] for row in read_stats(self.folder / "stats.jsonl"))])

    def _record(self):
        """What tells the statistics of this life from those that lay there before."""
        path = self.folder / "stats.jsonl"
        return path.stat().st_mtime_ns if path.exists() else None

    def _phase(self, step):
        if step == BIRTH:
            return "start-up"
        if step == self.steps:
            return "end: measures, pictures, exports"
        return "training" if len(self.milestones) > 2 else "first epoch: tracing, first pictures and measures"

    def _has_reached(self, moment):
        reached = (seconds for step, seconds in self.milestones if step >= moment.step)
        return self.seconds >= next(reached, float("inf")) + moment.seconds

    def _lives_until_write(self):
        while self.process.poll() is None:
            if self._new_parts():
                return True
            time.sleep(0.005)
        return False

    def _new_parts(self):
        return self._parts() - self._parts_before

    def _parts(self):
        """Paths of what is being written, or was left unfinished by a kill."""
        return {
            os.path.join(folder, name)
            for folder, folders, files in os.walk(self.folder)
            for name in folders + files
            if name.startswith(".part-")
        }


def draw_moments(kills, undisturbed, generator):
    """Draw the moments of the kills over an undisturbed life, in the order in which they are to come."""
    milestones = undisturbed.milestones
    first_line = next(seconds for step, seconds in milestones if step > 0)
    start_ups = [Moment(BIRTH, generator.uniform(0, first_line)) for _ in range(round(kills * START_UPS))]
    moments = []
    times = sorted(generator.uniform(milestones[1][1], undisturbed.seconds) for _ in range(kills - len(start_ups)))
    for seconds in times:
        step, reached = milestones[bisect.bisect(milestones, seconds, key=lambda milestone: milestone[1]) - 1]
        moments.append(Moment(step, seconds - reached, generator.random() < WRITES))
    for moment in start_ups[1:]:
        moments.insert(generator.randrange(len(moments) + 1), moment)
    return start_ups[:1] + moments


def go_on(begin, moments, generator):
    """Lead a run through its kills to its end; return what there is to say of each."""
    kills, lives = [], []
    for moment in moments:
        number = generator.choice(list(EXIT_CODES))
        lives.append(begin())
        while not lives[-1].lives_until(moment):  # a life that goes on at the end is shorter than the undisturbed one's
            check_end(lives[-1])
            moment = dataclasses.replace(moment, seconds=moment.seconds / 2)
            lives.append(begin())
        kills.append(lives[-1].end(number) | {"life": len(lives)})
        print(json.dumps(kills[-1]), flush=True)
    lives.append(begin())
    lives[-1].lives_until()
    check_end(lives[-1])
    for kill in kills:
        following = lives[kill["life"] :]
        kill["goes_on_from"] = next(life.begun_from() for life in following if life.begun_from() != BIRTH)
        kill["begun_anew"] = following[0].is_anew
        kill["lost_steps"] = 0 if kill["step"] is None else kill["step"] - kill["goes_on_from"]
    return kills


def check_end(life):
    """Refuse a life that has ended in an error."""
    if life.process.returncode:
        raise SystemExit(f"The run could not go on; see {life.log.relative_to(ROOT)}:\n{life.log.read_text()[-1000:]}")


def equal_parts(ours, theirs):
    """Return for each part of two run folders whether it is equal to the bit."""
    from keras_gans import load_model

    found = {}
    for file in ("model.keras", "best.keras"):
        ours_has, theirs_has = (parts_of(load_model(folder / file)) for folder in (ours, theirs))
        found |= {f"{file}: {part}": ours_has[part] == theirs_has[part] for part in ours_has}
    for name in ("stats.jsonl", "evaluations.jsonl"):
        found[name] = records(ours / name) == records(theirs / name)
    found["metrics.json"] = (ours / "metrics.json").read_bytes() == (theirs / "metrics.json").read_bytes()
    found["pictures"] = pictures(ours) == pictures(theirs)
    found["names of files"] = names(ours) == names(theirs)
    return found


def parts_of(model):
    """Return the bytes of every part of a model's state, and of samples."""
    parts = {
        "generator": model.generator.variables,
        "discriminator": model.discriminator.variables,
        "moving average": model.ema_generator.variables if model.ema_generator is not None else [],
        "generator_optimizer": model.generator_optimizer.variables,
        "discriminator_optimizer": model.discriminator_optimizer.variables,
        "counters": [model.step_counter, model.noise_seed],
        "all variables": model.variables,
    }
    found = {name: [variable.numpy().tobytes() for variable in variables] for name, variables in parts.items()}
    return found | {"samples": model.sample(NUM_SAMPLES, seed=0).tobytes()}


def records(path):
    """Return the rows of a file of statistics without the time they took."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in read_stats(path)]


def pictures(folder):
    """Return the bytes of all pictures of a run."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("[!.]*.png")}


def names(folder):
    """Return the names of a run's files, backups aside: theirs are checksums."""
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    return {path for path in paths if path.parts[0] != "backups" and not path.name.startswith(".")}


def show(kills, equal):
    """Print the kills by phase, and what differs."""
    for phase, number in collections.Counter((kill["phase"], kill["signal"]) for kill in kills).items():
        print(f"{number:3} {phase[1]:8} {phase[0]}")
    print(f"{sum(kill['lost_steps'] for kill in kills)} steps were made again")
    for part, is_equal in equal.items():
        print(f"{'equal' if is_equal else 'DIFFERS':8} {part}")


def make_runs(recipe, steps, num_kills, seed):
    """Make both runs; return the undisturbed life, what there is to say of each kill, and the number of other lives."""
    shutil.rmtree(RUNS, ignore_errors=True)
    RUNS.mkdir(parents=True)
    born = []

    def begin(name):
        born.append(Life(recipe, steps, RUNS / name, RUNS / f"{name}-{len(born):02}.log"))
        return born[-1]

    try:
        undisturbed = begin("undisturbed")
        undisturbed.lives_until()
        check_end(undisturbed)
        generator = random.Random(seed)
        moments = draw_moments(num_kills, undisturbed, generator)
        kills = go_on(lambda: begin("disturbed"), moments, generator)
    finally:
        born[-1].process.kill()
    return undisturbed, kills, len(born) - 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the signals")
    parser.add_argument("--recipe", default="wgan_gp_digits")
    parser.add_argument("--steps", type=int, default=200, help="generator steps of the run")
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and so would theirs
    undisturbed, kills, lives = make_runs(asked.recipe, asked.steps, asked.kills, asked.seed)
    equal = equal_parts(RUNS / "disturbed", RUNS / "undisturbed")
    as_asked = all(kill["exit_code"] in EXIT_CODES[signal.Signals[kill["signal"]]] for kill in kills)
    report = {
        "command": " ".join(["python benchmarks/kills.py", *sys.argv[1:]]),
        "run": f"keras-gans train {asked.recipe} --steps {asked.steps}",
        "seed": asked.seed,
        **environment(),
        "undisturbed_processor_seconds": {
            "until step 0": undisturbed.milestones[1][1],
            "until the last step": undisturbed.milestones[-1][1],
            "until the end": undisturbed.seconds,
        },
        "kills": kills,
        "lives": lives,
        "lost_steps": sum(kill["lost_steps"] for kill in kills),
        "exit_codes_as_asked": as_asked,
        "unfinished_files_left": len(list((RUNS / "disturbed").rglob(".*"))),
        "equal": equal,
    }
    with written_beside(RESULT) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    show(kills, equal)
    sys.exit(not (as_asked and all(equal.values())))


def environment():
    """Return versions, hardware, and the variables that the numbers depend on."""
    import tensorflow as tf

    found = describe_environment(tf.distribute.get_strategy())
    variables = found["environment"] | ONE_THREAD
    return {"versions": found["versions"], "hardware": found["hardware"], "environment": variables}


if __name__ == "__main__":
    main()
