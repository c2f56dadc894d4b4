#!/usr/bin/python3
"""Builds a small network in all deployments for all boards, runs them on mcost, and compares with numpy, bit for bit:
test_reference.py MCOST [--all]; --all takes the networks of TinyOps' tables as well, and half an hour."""

import functools
import sys

sys.dont_write_bytecode = True

import build
import emit
import generate
import sample_run

BOARDS = {"f469": "stm32f469i-disco", "f746": "stm32f746g-disco", "l552": "stm32l552e-eval"}
COPYING = ("overlays", "overlays-words", "overlays-qspi")
# All operators, and parameters that are larger than their buffer.
MORE = ["f746-mobilenetv3-w0.25-r64-overlays"]
OTHER_BOARD = ("f746-proxyless-w0.10-r64-external", "l552")


def parts(variant):
    """(board, network, deployment)"""
    board, family, width, resolution, *deployment = variant.split("-")
    return board, f"{family}-{width}-{resolution}", "-".join(deployment)


@functools.cache
def expected(network):
    return f"hash {emit.expected(generate.network(network)):#010x}"


def bytes_between(report):
    """That DMA moved."""
    return sum(transfer["bytes"] for transfer in report.get("dma", {"list": []})["list"])


def check_variant(test, mcost, variant, elf):
    board, network, deployment = parts(variant)
    report, lines = sample_run.run(mcost, elf, BOARDS[board], ["--no-memory-use"])
    test.expect(expected(network) in lines, f"{variant}: printed {lines}, not {expected(network)}")
    layers = [layer for layer in report["layers"] if layer["kind"] == "probe" and layer["name"] != "inference"]
    macs = sum(layer["macs_declared"] or 0 for layer in layers)
    test.expect(macs == generate.network(network).total_macs(), f"{variant}: work {macs}")
    copies = bytes_between(report) > 0
    test.expect(copies == (deployment in COPYING), f"{variant}: {'copies' if copies else 'does not copy'} by DMA")


def check_variants(test, mcost, scratch, variants):
    elves = sample_run.build_all(build.SAMPLE, scratch, variants)
    sample_run.run_all([functools.partial(check_variant, test, mcost, *pair) for pair in elves.items()])


def check(test, mcost, scratch):
    small = [variant for variant in build.SAMPLE.variants if parts(variant)[1] in build.TESTED]
    check_variants(test, mcost, scratch, [*small, *MORE])
    variant, board = OTHER_BOARD
    refusal = sample_run.refusal(mcost, scratch / build.SAMPLE.elf_name(variant), BOARDS[board])
    test.expect(refusal is not None and "choose another board" in refusal, f"{variant} on {board}: {refusal}")


def check_all(test, mcost, scratch):
    check(test, mcost, scratch)
    large = [variant for variant in build.SAMPLE.variants if parts(variant)[1] not in build.TESTED]
    check_variants(test, mcost, scratch, large)


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__, check_all))
