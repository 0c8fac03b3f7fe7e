"""Two processes on one machine that train one model, as two machines would."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from keras_gans.callbacks.backup import backups, step_of
from keras_gans.callbacks.run_folder import read_stats

SCRIPT = pathlib.Path(__file__).parent / "multiworker.py"
EPOCHS = 6


def begin(command_of):
    """Start two workers, on ports that are free, by the command for the number of each."""
    with socket.socket() as a, socket.socket() as b:
        a.bind(("localhost", 0)), b.bind(("localhost", 0))
        cluster = {"worker": [f"localhost:{s.getsockname()[1]}" for s in (a, b)]}
    return [start(command_of(i), {"cluster": cluster, "task": {"type": "worker", "index": i}}) for i in (0, 1)]


def start(command, tf_config=None):
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    environment |= {"TF_CONFIG": json.dumps(tf_config)} if tf_config else {}
    return subprocess.Popen(
        [sys.executable, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def script(path):
    """Return the command of each worker that trains in path/run."""
    return lambda index: [str(SCRIPT), str(path / "run"), str(path / f"{index}.npz"), str(EPOCHS)]


def finish(workers):
    """Wait for workers to end well; return what each printed."""
    outputs = []
    for worker in workers:
        out, err = worker.communicate(timeout=300)
        assert worker.returncode == 0, out + err
        outputs.append(out)
    return outputs


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    path = tmp_path_factory.mktemp("undisturbed")
    finish(begin(script(path)))
    return path


def results(path):
    return [dict(np.load(path / f"{index}.npz")) for index in (0, 1)]


def test_two_workers_are_one_model(undisturbed, tmp_path):
    first, second = results(undisturbed)
    for name in ("weights", "moments", "samples", "loss"):
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    finish([start(script(tmp_path)(0))])
    alone = dict(np.load(tmp_path / "0.npz"))
    for name in ("weights", "moments", "samples"):
        np.testing.assert_allclose(first[name], alone[name], rtol=1e-4, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(first["loss"], alone["loss"], rtol=1e-4, atol=1e-6)
    # Each worker has half of every batch, and no row is had twice.
    for a, b, whole in zip(first["seen"], second["seen"], alone["seen"], strict=True):
        np.testing.assert_array_equal(np.concatenate([a, b]), whole)


def test_the_chief_alone_writes(undisturbed):
    rows = read_stats(undisturbed / "run" / "stats.jsonl")
    assert [row["step"] for row in rows] == [4, 8, 12, 16, 20, 24]
    assert (undisturbed / "run" / "stats.jsonl").read_text().count("\n") == len(rows)
    assert json.loads((undisturbed / "run" / "options.json").read_text())["hardware"]["replicas"] == 2
    assert (undisturbed / "run" / "model.keras").exists()
    assert not list((undisturbed / "run").rglob(".part-*"))


def test_after_a_kill_all_go_on_from_the_last_backup(undisturbed, tmp_path):
    workers = begin(script(tmp_path))
    deadline = time.monotonic() + 300
    while max(map(step_of, backups(tmp_path / "run" / "backups")), default=0) < 8:
        assert time.monotonic() < deadline
        assert all(worker.poll() is None for worker in workers)
        time.sleep(0.01)
    workers[1].send_signal(signal.SIGKILL)
    # The other cannot go on without it, and ends by itself: at once where a connection breaks, else within the 10
    # seconds that TensorFlow gives a heartbeat.
    _, error = workers[0].communicate(timeout=60)
    assert workers[0].returncode == 1
    assert "UnavailableError" in error
    workers[1].communicate()
    workers = begin(script(tmp_path))
    finish(workers)
    for before, after in zip(results(undisturbed), results(tmp_path), strict=True):
        for name in ("weights", "moments", "samples"):
            np.testing.assert_array_equal(after[name], before[name], err_msg=name)
    seconds_apart = lambda path: [  # noqa: E731
        {name: value for name, value in row.items() if name != "seconds"}
        for row in read_stats(path / "run/stats.jsonl")
    ]
    assert seconds_apart(tmp_path) == seconds_apart(undisturbed)


def test_the_command_trains_on_several_workers(tmp_path):
    asked = ["train", "gan_goodfellow2014", "--data", "ring", "--steps", "200"]
    asked += ["--strategy", "multiworker", "--run-dir"]  # epochs of two steps, between which the progress is shown
    outputs = finish(begin(lambda index: ["-m", "keras_gans_cli", *asked, str(tmp_path / "run")]))
    assert "step 0 to 200 on the CPU, 2 replicas" in outputs[0]
    assert outputs[1] == ""
    assert {"model.keras", "metrics.json", "generator.onnx", "backups"} <= set(os.listdir(tmp_path / "run"))
