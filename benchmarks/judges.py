"""Train the judges of 28x28 images whose weights ship in keras_gans/metrics/judges.

    python benchmarks/judges.py [mnist] [fashion_mnist]

A judge is trained on the 60,000 training images (Adam 1e-3 falling to 0 along a cosine, batches of 128, 8 epochs,
dropout 0.5 before the logits, seed 0), its weights are rounded to float16, and its accuracy is that of the rounded
weights on the 10,000 test images, which it has not seen. Some two minutes each on two cores; the weights differ in
their last digits from machine to machine, and with them the hash. Writes results/judges.json.
"""

import json
import pathlib
import sys
import time

import keras
import numpy as np

import keras_gans as kg
from keras_gans.files import written_beside
from keras_gans.metrics import judge as judges

ROOT = pathlib.Path(__file__).parent.parent
EPOCHS, BATCH_SIZE, LEARNING_RATE, SEED = 8, 128, 1e-3, 0


def train(name):
    """Train the judge of a data set and write its weights."""
    keras.utils.set_random_seed(SEED)
    train_set, test_set = getattr(kg.data, name)("train"), getattr(kg.data, name)("test")
    network = judges.judge_network()
    classifier = keras.Model(network.input, network.outputs[1])
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * (len(train_set) // BATCH_SIZE + 1))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    pixels = judges.as_pixels(train_set.images)
    classifier.fit(pixels, train_set.labels, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=2)

    weights = [w.astype(np.float16) for w in network.get_weights()]
    network.set_weights([w.astype(np.float32) for w in weights])
    _, accuracy = classifier.evaluate(judges.as_pixels(test_set.images), test_set.labels, batch_size=500, verbose=0)
    about = {
        "name": name,
        "class_names": train_set.class_names,
        "accuracy": round(float(accuracy), 6),
        "hash": judges.weights_hash(weights),
    }
    with written_beside(judges.WEIGHTS / f"{name}.npz") as beside:
        arrays = {f"weight_{i}": w for i, w in enumerate(weights)}
        np.savez_compressed(beside, about=json.dumps(about), **arrays)
    return about


def main():
    names = sys.argv[1:] or ["mnist", "fashion_mnist"]
    path = ROOT / "results" / "judges.json"
    report = json.loads(path.read_text()) if path.exists() else {}
    for name in names:
        begin = time.time()
        about = train(name)
        print(name, about, round(time.time() - begin), flush=True)
        report[name] = about
    with written_beside(path) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
