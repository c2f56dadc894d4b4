#!/usr/bin/python3
"""Writes ranges.json: the least and the largest value of each tensor over some images, in float32 on this machine.

The images are none of those that the firmware runs. Needs a C compiler, cc.
"""

import json
import pathlib
import subprocess
import tempfile

import build
import generate

IMAGES = 16
DIGITS = 4  # significant ones: equal on every machine


def reference(variant, folder):
    """Builds the host reference of int8, float or float without FPU into `folder`; returns the program."""
    kind = "float" if variant.startswith("float") else "int8"
    soft = variant.startswith("float-soft")
    program = pathlib.Path(folder) / f"reference-{kind}{'-soft' if soft else ''}"
    if not program.exists():
        weights = f"weights_{kind}.c"
        generate.generate(folder, [weights])
        command = ["cc", "-std=c11", "-O2", "-ffp-contract=off", "-DRESNET20_REFERENCE", "-I."]
        command += ["-DRESNET20_FLOAT"] if kind == "float" else []
        command += ["-DRESNET20_SOFT"] if soft else []
        command += ["reference.c", "images.c", str(pathlib.Path(folder) / weights), "-o", str(program), "-lm"]
        subprocess.run(command, cwd=build.FOLDER, check=True)
    return program


def tensors(program, images):
    """{name: (least, largest, standard deviation, percent at 127)} of a reference."""
    output = subprocess.run([program, "--tensors", str(images)], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in output.splitlines())
    return {name: tuple(map(float, numbers)) for name, *numbers in rows}


def main():
    with tempfile.TemporaryDirectory() as scratch:
        spreads = tensors(reference("float", scratch), IMAGES)
    ranges = {
        name: [float(f"{least:.{DIGITS}g}"), float(f"{largest:.{DIGITS}g}")]
        for name, (least, largest, *_) in spreads.items()
        if name != "pool"
    }
    lines = ",\n".join(f' "{name}": {json.dumps(limits)}' for name, limits in ranges.items())
    (build.FOLDER / "ranges.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
