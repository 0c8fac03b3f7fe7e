"""What a long run may cost in memory: docs/training.md states the bound."""

import pathlib

import keras
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import callbacks

STEPS, BOUND_MIB = 10_000, 16
STATUS = pathlib.Path("/proc/self/status")


def resident_mib():
    return int(STATUS.read_text().split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.skipif(not STATUS.exists(), reason="reads the process's memory from Linux's /proc")
def test_a_long_run_with_all_callbacks_keeps_its_memory(tmp_path):
    model = kg.NonSaturatingGAN(tiny.generator(norm=True, dropout=True), tiny.discriminator(norm=True, dropout=True))
    model.compile()
    model.track_ema(0.99)
    found = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            found.append(resident_mib())

    used = [
        callbacks.StopOnNaN(),
        callbacks.HealthCheck(tiny.points(64)),
        callbacks.Progress(),
        callbacks.SampleGrid(tmp_path / "samples", every=STEPS // 10),
        callbacks.RunFolder(tmp_path),
        callbacks.Backup(tmp_path / "backups"),
        callbacks.SaveOnInterrupt(tmp_path / "model.keras"),
        Watch(),
    ]
    data = tf.data.Dataset.from_tensor_slices(tiny.points(64)).batch(8, drop_remainder=True).repeat()
    model.fit(data, steps_per_epoch=STEPS // 20, epochs=20, verbose=0, callbacks=used)
    assert model.step == STEPS
    # The first fifth imports what draws, fills caches and traces.
    assert max(found[4:]) - found[3] < BOUND_MIB, found
