#!/usr/bin/python3
"""Builds one variant of the sample: build.py VARIANT OUTPUT.elf [--print]

This file is the one place that knows the sources and flags. KERNELS-CORE has all cases of cases.py; the others are whole
networks for a Cortex-M4, whose parameters may need more flash than it has.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
sys.path.insert(0, str(FOLDER.parent / "nn"))

import sources  # noqa: E402  (lies in a folder just added)
from sample_build import FREESTANDING, Sample  # noqa: E402

# Full width; narrowed; at a lower resolution.
NETWORKS = ("proxyless-w1.00-r112", "proxyless-w0.30-r112", "proxyless-w1.00-r80")
CASES = ["cases.c", "cases.s"]
RUN = ["../nn/run_in_place.c", *sources.region("rom", 0x08000000, "8M")]
VARIANTS = {
    f"{kernels}-{core}": [
        *RUN, *sources.region("ram", None, "256K"), *flags, *CASES, "main.c", source,
    ] for core, flags in sources.CORES.items() for kernels, source in sources.KERNELS.items()
} | {
    name: [
        *RUN, *sources.region("ram", None, "320K"), *sources.CORES["m4"], *sources.network(name), "../nn/main.c",
        sources.KERNELS["dsp"],
    ] for name in NETWORKS
}
SAMPLE = Sample(
    FOLDER, [*FREESTANDING, *sources.FLAGS, "-T../common/sample.ld"],
    sources.SOURCES,
    [*sources.HEADERS, "convolutions.h", "emit_cases.py", "cases.py"], VARIANTS, size_limit=lambda _: 5_000_000, prebuilt=[],
    generated=[*CASES, *(word for name in NETWORKS for word in sources.network(name))], generator="emit_cases.py",
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main(__doc__.split("\n", maxsplit=1)[0]))
