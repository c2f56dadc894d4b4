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
WIDE = f"{NETWORK}-x32-s384"  # 32 filters more in each of ten layers; what 384 KiB do not hold is on the card
LAST = "lastconv-w0.35-r128"
CARD = ["../power/sd.c"]
DSP, PLAIN = sources.KERNELS["dsp"], sources.KERNELS["plain"]
VARIANTS = {
    "dsp": [*sources.network(NETWORK), sources.MAIN, "../nn/run_in_place.c", DSP],
    "plain": [*sources.network(NETWORK), sources.MAIN, "../nn/run_in_place.c", PLAIN],
    "spill": [*sources.network(WIDE), sources.MAIN, "spill.c", *CARD, DSP],
    "storage": [*sources.network(LAST), "storage.c", *CARD, DSP],
}
REGIONS = [*sources.region("rom", 0x08000000, "2M"), *sources.region("ram", None, "512K")]
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, *sources.CORES["m7"], *REGIONS, "-T../common/sample.ld"], sources.SOURCES,
    [*sources.HEADERS, "../power/sd.h"], VARIANTS, size_limit=lambda _: 2_500_000, prebuilt=[], 
    generated=[name for network in (NETWORK, WIDE, LAST) for name in sources.network(network)],
    generator=sources.GENERATOR,
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
