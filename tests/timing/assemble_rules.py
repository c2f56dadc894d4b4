#!/usr/bin/env python3
"""Assembles the rules of rules_*.yaml and the inner loops of kernels_*.yaml into C++ tables.

Usage: assemble_rules.py RULES.yaml OUTPUT.inc          writes the table
       assemble_rules.py --check RULES.yaml TABLE.inc   fails if the table is not what would be written

Needs arm-none-eabi-as, -objcopy and PyYAML. The tables are committed, so that building and testing need neither.
"""
import pathlib
import subprocess
import sys
import tempfile

import yaml

CPUS = {
    "cortex-m0": [".cpu cortex-m0"],
    "cortex-m0plus": [".cpu cortex-m0plus"],
    "cortex-m3": [".cpu cortex-m3"],
    "cortex-m4": [".cpu cortex-m4", ".fpu fpv4-sp-d16"],
    "cortex-m7": [".cpu cortex-m7", ".fpu fpv5-d16"],
    "cortex-m33": [".cpu cortex-m33", ".fpu fpv5-sp-d16"],
}
REGISTERS = {f"r{i}": i for i in range(13)} | {"sp": 13, "lr": 14} | {f"s{i}": 16 + i for i in range(32)}
LOOP_COUNTER = "r7"


def with_steps_joined(rule):
    """A kernel as a rule: its steps are its code, and the sum of their cycles must be what it claims."""
    if "steps" not in rule:
        return rule
    steps = rule["steps"]
    total = sum(cycles for _, cycles, _ in steps)
    if total != rule["cycles"]:
        sys.exit(f"{rule['id']}: its steps take {total} cycles, not {rule['cycles']}")
    code = [instruction for instruction, _, _ in steps]
    if code[-1] != "bne 1b":
        return rule | {"each": "; ".join(code)}
    if code[-2] != f"subs {LOOP_COUNTER}, #1":
        sys.exit(f"{rule['id']}: a loop counts {LOOP_COUNTER} down")
    return rule | {"loop": "; ".join(code[:-2])}


def sections_of(rule):
    """Assembler text by section: what comes first, and what is repeated."""
    if "loop" in rule:
        return {"before": rule.get("before", ""), "each": f"1: {rule['loop']}; subs {LOOP_COUNTER}, #1; bne 1b"}
    return {"before": rule.get("before", ""), "each": rule["each"]}


def assemble(core, rules):
    """Returns [{section: hexadecimal}] of the rules of one core."""
    text = [".syntax unified", *CPUS[core], ".thumb"]
    for index, rule in enumerate(rules):
        for name, code in sections_of(rule).items():
            text += [f'.section {name}{index},"ax"', code]
    result = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "rules.s").write_text("\n".join(text) + "\n")
        subprocess.run(["arm-none-eabi-as", "-o", path / "rules.o", path / "rules.s"], check=True)
        for index, rule in enumerate(rules):
            codes = {}
            for name in sections_of(rule):
                target = path / "section.bin"
                target.write_bytes(b"")
                subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", "-j", f"{name}{index}", path / "rules.o", target],
                               check=True)
                codes[name] = target.read_bytes().hex()
            result.append(codes)
    return result


def value(text):
    """A register value as a C++ number; `ram` is the data memory."""
    if isinstance(text, int):
        return f"0x{text & 0xFFFFFFFF:X}"
    base, _, offset = text.partition("+")
    assert base == "ram", text
    return f"kRam + {int(offset or 0)}"


def table(name, document):
    core = document["core"]
    rules = [with_steps_joined(rule) for rule in document["rules"]]
    common = document.get("regs", {})
    lines = [f"// Made by assemble_rules.py from {name}; do not edit. A rule is its name, text, cycles (and",
             "// those of the model if it differs), for so many repetitions, loop or not, registers, code before and repeated."]
    for rule, codes in zip(rules, assemble(core, rules)):
        registers = ", ".join(f"{{{REGISTERS[n]}, {value(v)}}}" for n, v in (common | rule.get("regs", {})).items())
        shown = rule.get("loop", rule.get("each"))
        lines.append(f'{{"{core}", "{rule["id"]}", "{rule["text"]}",\n "{shown}", {rule["cycles"]}, {rule.get("modelled", 0)}, '
                     f'{rule.get("per", 1)}, '
                     f'{"true" if "loop" in rule else "false"}, {{{registers}}},\n "{codes["before"]}", "{codes["each"]}"}},')
    return "\n".join(lines) + "\n"


def main(arguments):
    check = arguments[:1] == ["--check"]
    rules_file, output = (pathlib.Path(argument) for argument in arguments[check:])
    text = table(rules_file.name, yaml.safe_load(rules_file.read_text()))
    if check:
        if output.read_text() != text:
            sys.exit(f"{output.name} is out of date: run {pathlib.Path(__file__).name}")
    else:
        output.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
