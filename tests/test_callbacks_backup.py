"""Backups: what is kept, what a damaged or a missing one means, what a full disk leaves."""

import pathlib
import signal
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans.callbacks import Backup, backup, restore
from keras_gans.callbacks.run_folder import read_stats

M, STEPS = 4, 5


def gan(**arguments):
    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator(), **arguments)
    model.compile()
    return model


def fit(model, *used, epochs):
    data = tf.data.Dataset.from_tensor_slices(tiny.points(STEPS * M)).batch(M, drop_remainder=True)
    model.fit(data, initial_epoch=model.step // STEPS, epochs=epochs, verbose=0, callbacks=list(used))


def steps(folder):
    return [backup.step_of(path) for path in backup.backups(folder)]


def state(model):
    optimizers = (model.generator_optimizer, model.discriminator_optimizer)
    return np.concatenate([tiny.weights_of(model)] + [np.ravel(v.numpy()) for o in optimizers for v in o.variables])


def test_the_last_two_states_are_kept(tmp_path):
    seen = []
    look = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(steps(tmp_path)))
    model = gan()
    fit(model, Backup(tmp_path, share=1), look, epochs=1)
    assert seen == [[5, 0]]
    for epochs in (2, 3):
        fit(model, Backup(tmp_path, share=1), epochs=epochs)
    assert steps(tmp_path) == [15, 10]
    assert len(list(tmp_path.iterdir())) == 2
    again = gan()
    assert restore(again, tmp_path) == again.step == 15
    np.testing.assert_array_equal(state(again), state(model))


def test_where_there_is_none_a_model_stays_as_it_is(tmp_path):
    model = gan()
    before = state(model)
    assert restore(model, tmp_path / "nowhere") == 0
    np.testing.assert_array_equal(state(model), before)


def test_backups_take_their_share_of_the_time(tmp_path, monkeypatch):
    """A clock that only saving (2 s) and epochs (10 s) move: one backup in ten epochs keeps to a share of 2 %."""
    now = [0.0]
    monkeypatch.setattr(backup.time, "monotonic", lambda: now[0])

    def slow_save(model, directory):
        now[0] += 2.0
        saved.append(model.step // STEPS)

    monkeypatch.setattr(backup, "save", slow_save)
    saved = []
    pass_time = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: now.__setitem__(0, now[0] + 10.0))
    fit(gan(), Backup(tmp_path, share=0.02), pass_time, epochs=25)
    assert saved == [0, 10, 20, 25]  # 100 s after the end of each, and at the end of training


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:1000], lambda b: b"", lambda b: b[:500] + bytes([b[500] ^ 1]) + b[501:]]
)
def test_a_damaged_backup_is_told_of_and_the_one_before_it_used(tmp_path, damage):
    model = gan()
    fit(model, Backup(tmp_path, share=1), epochs=1)
    good = state(model)
    fit(model, Backup(tmp_path, share=1), epochs=2)
    newest, older = backup.backups(tmp_path)
    newest.write_bytes(damage(newest.read_bytes()))
    again = gan()
    with pytest.warns(UserWarning, match=f"{newest.name} is damaged"):
        assert restore(again, tmp_path) == 5
    np.testing.assert_array_equal(state(again), good)
    # It is no obstacle to going on, does not count as one of the two, and is replaced in time.
    fit(again, Backup(tmp_path, share=1), epochs=2)
    assert [path for path in backup.backups(tmp_path) if backup._is_whole(path)][1:] == [older]
    with warnings.catch_warnings(action="error", category=UserWarning):
        fit(again, Backup(tmp_path, share=1), epochs=3)
        assert restore(gan(), tmp_path) == 15
    older.unlink(missing_ok=True)
    for path in backup.backups(tmp_path):
        path.write_bytes(b"")
    with pytest.warns(UserWarning, match="is damaged"), pytest.raises(ValueError, match="backups are damaged"):
        restore(gan(), tmp_path)


def test_a_folder_of_a_run_that_is_further_on_is_refused(tmp_path):
    fit(gan(), Backup(tmp_path), epochs=1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileExistsError, match="holds a backup of step 5, the model is at step 0"):
        fit(gan(), Backup(tmp_path), epochs=1)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_backup_of_other_networks_is_refused(tmp_path):
    fit(gan(), Backup(tmp_path), epochs=1)
    other = kg.NonSaturatingGAN(tiny.generator(latent_dim=3), tiny.discriminator())
    other.compile()
    with pytest.raises(ValueError, match="does not fit this model"):
        restore(other, tmp_path)


def test_shares_that_are_none_are_refused(tmp_path):
    for share in (0, -1, 1.5):
        with pytest.raises(ValueError, match=f"share={share} was passed"):
            Backup(tmp_path, share=share)


FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, sys.argv[1])
import test_callbacks_backup as here
model = here.gan()
here.fit(model, here.Backup(sys.argv[2], share=1), epochs=1)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))  # the kernel refuses to write more
here.fit(model, here.Backup(sys.argv[2], share=1), epochs=2)
"""


def test_a_full_disk_ends_a_run_with_its_backups_whole(tmp_path):
    tests = str(pathlib.Path(__file__).parent)
    result = subprocess.run([sys.executable, "-c", FULL_DISK, tests, str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 1
    assert "OSError: No backup of step 10 could be written" in result.stderr
    assert "make room, and go on from them" in result.stderr
    assert steps(tmp_path) == [5, 0]
    assert len(list(tmp_path.iterdir())) == 2  # nor half a file
    assert restore(gan(), tmp_path) == 5


def test_a_run_interrupted_before_its_second_backup_goes_on(tmp_path):
    """Its folder holds records and model.keras of later steps than the only state to go on from, that of step 0."""

    class Signal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                signal.raise_signal(signal.SIGINT)

    def run(*more):
        model = gan()
        restore(model, tmp_path / "backups")
        kept = [kg.callbacks.RunFolder(tmp_path), Backup(tmp_path / "backups", share=1e-6)]
        fit(model, *kept, *more, kg.callbacks.SaveOnInterrupt(tmp_path / "model.keras"), epochs=3)
        return model

    with pytest.raises(KeyboardInterrupt, match="the model is in"):
        run(Signal())
    assert steps(tmp_path / "backups") == [0]
    assert (tmp_path / "model.keras").exists()
    assert [row["step"] for row in read_stats(tmp_path / "stats.jsonl")] == [STEPS]
    assert run().step == 3 * STEPS
    assert [row["step"] for row in read_stats(tmp_path / "stats.jsonl")] == [STEPS, 2 * STEPS, 3 * STEPS]
    (tmp_path / "backups").rename(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError, match="holds a trained model"):  # a new model is still refused
        run()
