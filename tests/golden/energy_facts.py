#!/usr/bin/python3
"""docs/energy.md is what script/energy writes, and what it shows holds, whatever its figures are. Both in one process, so that
each run is made once. Its run with an SD card also shows that the card takes the time that the wires need.

    energy_facts.py MCOST
"""
import importlib.machinery
import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "script"
sys.path.insert(0, str(SCRIPT))
import generated_page  # noqa: E402  (lies in the folder just added)

MOST_DOUBT = 12  # per cent
# APB2 of the board has 108 MHz; the prescaler makes at least 1/256, or 1/8 for not more than 25 MHz, of it.
CORE_HZ, SLOW_HZ, FAST_HZ = 216_000_000, 108_000_000 // 256, 108_000_000 // 8
# Bytes, and how much above the bits on the wires: commands, tokens and CRC (a fiftieth), programming, and polling between bytes.
CARD_LIMITS = {
    "sd_write_100k": (4096, SLOW_HZ, 1.05),
    "sd_write_25m": (16384, FAST_HZ, 2.5),
    "sd_read_25m": (16384, FAST_HZ, 1.5),
}


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, str(SCRIPT / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def number(cell):
    return float(cell.split()[0].replace(",", ""))


def card_checks(run):
    """Pairs of what must hold and whether it does."""
    layers = {"/".join(layer["path"]): layer["cycles"] for layer in run["layers"]}
    for name, (size, clock, most) in CARD_LIMITS.items():
        ratio = layers[name] / CORE_HZ / (8 * size / clock)
        yield f"{name}: {ratio:.3f} times the bits on the wires, at most {most}", 1 < ratio <= most


def checks(mcost):
    """Pairs of what must hold and whether it does."""
    page = load("energy")
    document = generated_page.text_of("energy", page.lines_of(mcost))
    yield "docs/energy.md is current; else: script/energy", (SCRIPT.parent / "docs/energy.md").read_text() == document
    yield from card_checks(page.sd_run(mcost))
    for network, board, measured, model, _, doubt, *_ in page.thesis(mcost):
        off = abs(number(model) - number(measured))
        yield f"{network} on {board} within the interval", off <= number(model) * number(doubt) / 100
        yield f"{network} on {board}: interval at most {MOST_DOUBT} %", number(doubt) <= MOST_DOUBT
    for name, board, rows, off in (("ART", page.F429, page.F4_CURRENTS, page.ART_OFF),
                                   ("caches", page.F767, page.F7_CURRENTS, page.L1_OFF)):
        for mhz, _, on_model, _, _, off_model, *_ in page.currents(mcost, board, rows[:1], [], off):
            more_without = rows[0][3] > rows[0][2]
            yield f"{name} off at {mhz} MHz: more or less current as measured", (number(off_model) > number(on_model)) == more_without
    rows = page.placements(mcost)
    for board, *cells in rows:
        yield f"{board}: more power with external memory", number(cells[3]) > number(cells[1])
    internal = [number(row[2]) for row in rows]
    yield "boards in the order of their power", internal == sorted(internal)
    slope = page.slope(page.sd_card(mcost))
    yield "an SD card's power rises by 5.2 mW/MHz, within the 40 % of its coefficient", 5.2 * 0.6 <= slope <= 5.2 * 1.4
    _, flash = page.weights_in_flash(mcost)
    yield "weights in flash take energy of the order measured, 0.07 mJ", 0.035 <= flash[1] - flash[0] <= 0.14


def main():
    failed = 0
    for what, holds in checks(generated_page.Mcost(sys.argv[1])):
        print(f"{'ok ' if holds else 'BAD'} {what}")
        failed += not holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
