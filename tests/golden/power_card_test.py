#!/usr/bin/python3
"""power_card_test.py MCOST: the sample `power` writes and reads an SD card on SPI, in the time that the wires need."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ELF = ROOT / "firmware_samples" / "power" / "prebuilt" / "power-stm32.elf"
# APB2 of the board has 108 MHz; the prescaler makes at least 1/256, or 1/8 for not more than 25 MHz, of it.
SLOW_HZ, FAST_HZ = 108_000_000 // 256, 108_000_000 // 8
# Above the bits on the wires: commands, tokens and CRC (a fiftieth), programming, and polling between bytes.
LIMITS = {
    "sd_write_100k": (4096, SLOW_HZ, 1.05),
    "sd_write_25m": (16384, FAST_HZ, 2.5),
    "sd_read_25m": (16384, FAST_HZ, 1.5),
}


def main():
    with tempfile.TemporaryDirectory() as scratch:
        card = pathlib.Path(scratch) / "card.img"
        card.write_bytes(bytes(1 << 20))
        call = [sys.argv[1], "run", ELF, "--board", "nucleo-f767zi", "--sd", card, "--format", "json"]
        result = subprocess.run(call, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"exit status {result.returncode}\n{result.stderr}")
    run = json.loads(result.stdout)
    layers = {"/".join(layer["path"]): layer["cycles"] for layer in run["layers"]}
    good = True
    for name, (size, clock, most) in LIMITS.items():
        ratio = layers[name] / 216_000_000 / (8 * size / clock)
        print(f"{name}: {ratio:.3f} times the bits on the wires, at most {most}")
        good = good and 1 < ratio <= most
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
