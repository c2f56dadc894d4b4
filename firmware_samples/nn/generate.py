#!/usr/bin/python3
"""Writes networks as C and assembly: generate.py FOLDER NAME.c NAME.s ...

NAME is FAMILY-wWIDTH-rRESOLUTION, for example mobilenetv2-w0.35-r128; families are those of architectures.py.
"""

import functools
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import architectures  # noqa: E402  (lies in the folder just added)
import emit  # noqa: E402

FAMILIES = {
    "mobilenetv2": architectures.mobilenet_v2, "mobilenetv3": architectures.mobilenet_v3,
    "proxyless": architectures.proxyless, "mnasnet": architectures.mnasnet,
    "mcunetvww": architectures.mcunet_vww, "mcunetimagenet": architectures.mcunet_imagenet,
}
NAME = re.compile(r"([a-z0-9]+)-w(\d\.\d\d)-r(\d+)")


@functools.cache
def network(name):
    """The quantised graph of that name. Raises ValueError if there is none."""
    match = NAME.fullmatch(name)
    if match is None or match[1] not in FAMILIES:
        raise ValueError(f"no network {name}: FAMILY-wWIDTH-rRESOLUTION with a family of {', '.join(FAMILIES)}")
    return FAMILIES[match[1]](float(match[2]), int(match[3])).quantise()


def main():
    folder, *names = map(pathlib.Path, sys.argv[1:])
    for name in names:
        emit.write(network(name.stem), folder, name.name)


if __name__ == "__main__":
    main()
