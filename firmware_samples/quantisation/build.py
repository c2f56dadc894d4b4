#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags. A variant is QUANTISATION-KERNELS; `codebook` has 32 values a
layer at most, `codebook4` and `codebook8` have 16 and 256.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

# The name of the generated stack, and what runs it.
STACKS = {
    "qformat": ("qformat", ["-DNN_Q_FORMAT", "../nn/run_in_place.c"]),
    "affine": ("affine", ["../nn/run_in_place.c"]),
    "codebook": ("codebook5", ["codebook.c"]),
}
MORE_CODEBOOKS = {f"codebook{bits}": (f"codebook{bits}", ["codebook.c"]) for bits in (4, 8)}


def variant(stack, kernels):
    name, run = stack
    return [
        *sources.region("rom", 0x08000000, "2M"), *sources.region("ram", None, "512K"), *sources.network(name), *run,
        sources.KERNELS[kernels],
    ]


VARIANTS = {f"{name}-{kernels}": variant(stack, kernels) for name, stack in STACKS.items() for kernels in sources.KERNELS}
VARIANTS |= {f"{name}-dsp": variant(stack, "dsp") for name, stack in MORE_CODEBOOKS.items()}
GENERATED = [word for name, _ in [*STACKS.values(), *MORE_CODEBOOKS.values()] for word in sources.network(name)]
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, *sources.CORES["m7"], "-T../common/sample.ld"], [*sources.SOURCES, sources.MAIN],
    [*sources.HEADERS, "emit_stacks.py", "stacks.py", "huffman.py"], VARIANTS, size_limit=lambda _: 2_500_000, prebuilt=[],
    generated=GENERATED, generator="emit_stacks.py",
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
