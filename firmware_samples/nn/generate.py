#!/usr/bin/python3
"""Writes networks as C and assembly: generate.py FOLDER NAME.c NAME.s ...

NAME is FAMILY-wWIDTH-rRESOLUTION, for example mobilenetv2-w0.35-r128; families are those of architectures.py. What may
follow: -xN, N filters more in each of the first ten convolutions (of mobilenetv2); -sN, tensors that an arena of N KiB does
not hold are on an SD card.
"""

import functools
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import architectures  # noqa: E402  (lies in the folder just added)
import emit  # noqa: E402
import graph  # noqa: E402

FAMILIES = {
    "lastconv": architectures.last_convolution, "mobilenetv2": architectures.mobilenet_v2, "mobilenetv3": architectures.mobilenet_v3,
    "proxyless": architectures.proxyless, "mnasnet": architectures.mnasnet,
    "mcunetvww": architectures.mcunet_vww, "mcunetimagenet": architectures.mcunet_imagenet,
}
NAME = re.compile(r"([a-z0-9]+)-w(\d\.\d\d)-r(\d+)(?:-x(\d+))?(-s\d+)?")


@functools.cache
def network(name):
    """The quantised graph of that name. Raises ValueError if there is none."""
    match = NAME.fullmatch(name)
    if match is None or match[1] not in FAMILIES:
        raise ValueError(f"no network {name}: FAMILY-wWIDTH-rRESOLUTION with a family of {', '.join(FAMILIES)}")
    more = {"extra": int(match[4])} if match[4] else {}
    return FAMILIES[match[1]](float(match[2]), int(match[3]), **more).quantise()


def on_card(name):
    """The tensors of that network that are on a card."""
    budget = NAME.fullmatch(name)[5]
    return graph.spilled(network(name), 1024 * int(budget[2:])) if budget else []


def main():
    folder, *names = map(pathlib.Path, sys.argv[1:])
    for name in names:
        stem = name.name.rpartition(".")[0]
        emit.write(network(stem), folder, name.name, card=on_card(stem))


if __name__ == "__main__":
    main()
