#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

NETWORK = "mobilenetv2-w0.35-r128"
ALL = [*sources.network(NETWORK), "../nn/run_in_place.c"]
VARIANTS = {
    kind: [
        *sources.region("rom", 0x08000000, "2M"), *sources.region("ram", None, "512K"), kernels, *ALL,
    ] for kind, kernels in sources.KERNELS.items()
}
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, *sources.CORES["m7"], "-T../common/sample.ld"], sources.SOURCES,
    sources.HEADERS, VARIANTS, size_limit=lambda _: 2_500_000, prebuilt=[], generated=sources.network(NETWORK),
    generator=sources.GENERATOR,
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
