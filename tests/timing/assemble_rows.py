#!/usr/bin/env python3
"""Assembles the rows of rows.yaml into the C++ table rows.inc.

Usage: assemble_rows.py ROWS.yaml OUTPUT.inc          writes the table
       assemble_rows.py --check ROWS.yaml TABLE.inc   fails if the table is not what would be written

Needs arm-none-eabi-as, -objcopy and -nm, and PyYAML. The table is committed, so that building and testing need neither.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

# What a taken branch jumps over.
SKIP = "; ".join(["add.w r0, r1, r2"] * 4)
REGISTERS = {f"r{i}": i for i in range(13)} | {"sp": 13, "lr": 14}
LABELS = ("target", "source")
# In the order of the enumeration Column of row.h.
COLUMNS = ("sram", "flash", "m3_sram", "m3_flash")


def sequence(row, n):
    """The assembler text of the case `n` of a row, without the reads around it."""
    if "code" in row:
        parts = [row["code"]]
    elif "cycle" in row:
        parts = [row["cycle"][i % len(row["cycle"])] for i in range(n)]
    else:
        repeated = [row["each"].replace("INDEX", str(i + 1)) for i in range(n)]
        parts = [row.get("before", ""), *repeated, row.get("after", "")]
    return "; ".join(part for part in parts if part).replace("SKIP", SKIP)


def start_of(row, index):
    """Address of the sequence modulo 16."""
    start = row.get("start", 8)
    return start[index] if isinstance(start, list) else start


def source(row, index, n, name):
    """A section with one case: ISB, first read, sequence, second read (label `target`), BKPT, literals."""
    lines = [f'.section {name},"ax"', ".balign 16"]
    if start_of(row, index) == 0:
        lines += ["nop.w", "nop.w"]
    lines += ["isb", "ldr.w r10, [r12, #4]", sequence(row, n), "target:"]
    lines.append("ldr r0, [r3, #4]" if row.get("closing") == "narrow" else "ldr.w r11, [r12, #4]")
    lines.append("bkpt #0")
    if row.get("literals"):
        lines += [".balign 16", ".space 64", ".ltorg"]
    return re.sub(r"\b(target|source)\b", rf"{name}.\1", "\n".join(lines))


def assemble(rows):
    """Returns {(row id, index): (code, {label: offset})}."""
    names = {f"{row['id']}_{i}": (row, i, n) for row in rows for i, n in enumerate(row.get("n", [1]))}
    text = [".syntax unified", ".cpu cortex-m4", ".thumb"]
    text += [source(row, index, n, name) for name, (row, index, n) in names.items()]
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "rows.s").write_text("\n".join(text) + "\n")
        subprocess.run(["arm-none-eabi-as", "-o", path / "rows.o", path / "rows.s"], check=True)
        listing = subprocess.run(["arm-none-eabi-nm", path / "rows.o"], check=True, capture_output=True, text=True).stdout
        symbols = {line.split()[2]: int(line.split()[0], 16) for line in listing.splitlines()}
        for name, (row, index, _) in names.items():
            copy = ["arm-none-eabi-objcopy", "-O", "binary", "-j", name, path / "rows.o", path / "case.bin"]
            subprocess.run(copy, check=True)
            labels = {label: symbols.get(f"{name}.{label}", 0) for label in LABELS}
            result[row["id"], index] = ((path / "case.bin").read_bytes(), labels)
    return result


def value(text):
    """A register value or an address as a C++ Value."""
    if isinstance(text, int):
        return f"{{Base::number, 0x{text & 0xFFFFFFFF:X}}}"
    fixed = {"target": "{Base::target, 0}", "target-source-4": "{Base::target_from_source, 0}"}
    if text in fixed:
        return fixed[text]
    area, _, offset = text.partition("+")
    return f"{{Base::{area}_data, {int(offset or 0)}}}"


def cases_of(row, code):
    """The C++ cases of a row, one line each."""
    for index, n in enumerate(row.get("n", [1])):
        binary, labels = code[row["id"], index]
        values = dict(row.get("regs", {}))
        values.update({name: by_n[index] for name, by_n in row.get("by_n", {}).items()})
        if row.get("closing") == "narrow":
            values["r3"] = 0xE0001000
        registers = ", ".join(f"{{{REGISTERS[name]}, {value(v)}}}" for name, v in values.items())
        memory = ", ".join(f"{{{value(a)}, {value(v)}}}" for a, v in row.get("memory", {}).items())
        measured = ", ".join(str(row[column][index] if column in row else 0) for column in COLUMNS)
        yield (f'{{{n}, {8 if start_of(row, index) == 0 else 0}, {labels["target"]}, {labels["source"]}, {{{measured}}}, '
               f'"{binary.hex()}", {{{registers}}}, {{{memory}}}}}')


def table(rows):
    code = assemble(rows)
    lines = ["// Made by assemble_rows.py from rows.yaml; do not edit. A row is its name, what it is about, whether the line",
             "// buffer is on in the flash column, and its cases: n, entry, closing read, source, T by column, code, ..."]
    for row in rows:
        buffer = "false" if row.get("line_buffer") is False else "true"
        lines.append(f'{{"{row["id"]}", "{row["text"]}", {buffer}, {{')
        lines.append(",\n".join(f"    {case}" for case in cases_of(row, code)) + "}},")
    return "\n".join(lines) + "\n"


def main(arguments):
    check = arguments[:1] == ["--check"]
    rows_file, output = (pathlib.Path(argument) for argument in arguments[check:])
    text = table(yaml.safe_load(rows_file.read_text()))
    if check:
        if output.read_text() != text:
            sys.exit(f"{output.name} is out of date: run {pathlib.Path(__file__).name}")
    else:
        output.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
