#!/usr/bin/python3
"""Builds the network, runs it on mcost, and compares with numpy, bit for bit: test_reference.py MCOST [--all]

--all adds the builds with an SD card, which take minutes: all of it is transferred by polling.
"""

import sys

sys.dont_write_bytecode = True

import build
import emit
import generate
import sample_run

BOARD = "nucleo-f767zi"
CARD_BYTES = 8 << 20
WHOLE = {"dsp": build.NETWORK, "plain": build.NETWORK}
WHERE = ["before", "SRAM", "flash", "card, 25 MHz", "card, 1 MHz"]


def expected(name):
    return f"{emit.expected(generate.network(name)):#010x}"


def check_network(test, variant, name, report, lines):
    hash_line = f"hash {expected(name)}"
    test.expect(hash_line in lines, f"{variant}: printed {lines}, not {hash_line}")
    layers = [layer for layer in report["layers"] if layer["kind"] == "probe" and layer["name"] != "inference"]
    macs = sum(layer["macs_declared"] or 0 for layer in layers)
    test.expect(macs == generate.network(name).total_macs(), f"{variant}: work {macs}")


def check_without_card(test, mcost, elves):
    """What needs a card says so, before it measures anything that needs it."""
    for variant in ("storage", "spill"):
        refusal = sample_run.refusal(mcost, elves[variant], BOARD, ["--format", "json"])  # its text is then on stderr
        said = refusal is not None and "no SD card: run with --sd FILE" in refusal
        test.expect(said, f"{variant} without card: {refusal}")


def check(test, mcost, scratch):
    elves = sample_run.build_all(build.SAMPLE, scratch)
    runs = sample_run.run_all([lambda variant=variant: sample_run.run(mcost, elves[variant], BOARD) for variant in WHOLE])
    for (variant, name), result in zip(WHOLE.items(), runs):
        check_network(test, variant, name, *result)
    check_without_card(test, mcost, elves)
    return elves


def check_all(test, mcost, scratch):
    elves = check(test, mcost, scratch)
    card = scratch / "card.img"
    card.write_bytes(bytes(CARD_BYTES))
    options = ["--no-memory-use", "--sd", card]
    jobs = [lambda elf=elves[variant]: sample_run.run(mcost, elf, BOARD, options) for variant in ("storage", "spill")]
    (_, storage), spill = sample_run.run_all(jobs)
    for where in WHERE:
        line = f"{where} hash {expected(build.LAST)}"
        test.expect(line in storage, f"storage: printed {storage}, not {line}")
    check_network(test, "spill", build.WIDE, *spill)


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__, check_all))
