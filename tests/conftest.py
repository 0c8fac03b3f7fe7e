"""Settings of every test, and the rule on data: absent data is listed at the end, and is a failure in CI."""

import gc
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Tests run in parallel processes: more threads than cores would only wait for one another.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import keras
import pytest
import tensorflow as tf

# Four logical CPUs stand for four devices in the tests of tf.distribute.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 4
)

HOW_TO_GET_DATA = (
    "Set TFDS_DATA_DIR to a folder with MNIST and Fashion-MNIST as TFDS prepares them. To make one (needs a network): "
    "python -c \"import tensorflow_datasets as tfds; tfds.load('mnist'); tfds.load('fashion_mnist')\", "
    "then TFDS_DATA_DIR=~/tensorflow_datasets."
)


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run long trainings and what others nearly show")


def pytest_collection_modifyitems(config, items):
    gc.collect()
    gc.freeze()  # what is imported by now is there to stay: clear_session() need not search it after each test
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)


@pytest.fixture(autouse=True)
def _fresh_state():
    """Every test begins with the same seeds and the default policy, and frees its graphs."""
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")
    keras.backend.clear_session(free_memory=False)


@pytest.fixture(scope="session")
def tfds_dir():
    """Folder of prepared TFDS data; absent data skips the test, and fails it in CI."""
    folder = os.environ.get("TFDS_DATA_DIR")
    if folder and all((pathlib.Path(folder) / name).is_dir() for name in ("mnist", "fashion_mnist")):
        return folder
    reason = f"no MNIST and Fashion-MNIST in TFDS_DATA_DIR={folder!r}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}. {HOW_TO_GET_DATA}")
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    skipped = [report for report in skipped if "TFDS_DATA_DIR" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("tests without their data")
        for report in skipped:
            terminalreporter.write_line(report.nodeid)
        terminalreporter.write_line(HOW_TO_GET_DATA)
