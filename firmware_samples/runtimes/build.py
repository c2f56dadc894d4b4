#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent), str(FOLDER.parent / "nn")]
sys.path.append(str(FOLDER))

import networks  # noqa: E402  (lies in a folder just added)
import sources  # noqa: E402
from sample_build import FREESTANDING, Sample  # noqa: E402

SHARED = ["../common/startup.c", "../common/runtime.c", "../nn/image.c"]
HEADERS = [
    *sources.HEADERS, "../nn/kernels_dsp.c", "generate.py", "generate_c.py", "model.py", "networks.py", "arena.h",
    "flatbuffer.h", "generated.h", "interpreter.h", "kernels.h", "model.h", "network.h", "planner.h",
]
INTERPRETER = [
    "main_interpreter.c", "interpreter.c", "allocate.c", "planner.c", "arena.c", "operators.c", "kernels.c", "../nn/ops.c",
]
MEMORY = [*sources.region("rom", 0x08000000, "1M"), *sources.region("ram", None, "320K")]


def interpreter(name):
    arena = f"-DARENA_BYTES={1024 * networks.ARENA_KIB[name]}"
    return [*MEMORY, arena, *INTERPRETER, f"{name}-model.s", "-lgcc"]


def calls(name):
    nn = ["../nn/main.c", "../nn/run_in_place.c", "../nn/ops.c", "../nn/kernels_dsp.c"]
    return [*MEMORY, *nn, f"{name}-calls.c", f"{name}-calls.s"]


def generated(name, network="network"):
    return [*MEMORY, "main_generated.c", f"{name}-{network}.c", f"{name}-parameters.s"]


VARIANTS = {}
for network in networks.NETWORKS:
    VARIANTS[f"{network}-interpreter"] = interpreter(network)
    VARIANTS[f"{network}-calls"] = calls(network)
    VARIANTS[f"{network}-shared"] = generated(network, "shared")
    VARIANTS[f"{network}-generated"] = generated(network)
MADE = ("model.s", "calls.c", "calls.s", "network.c", "shared.c", "parameters.s")
GENERATED = [f"{name}-{what}" for name in networks.NETWORKS for what in MADE]
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, *sources.CORES["m7"], "-T../common/sample.ld"], SHARED, HEADERS, VARIANTS,
    size_limit=lambda _: 1_500_000, prebuilt=[], generated=GENERATED,
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
