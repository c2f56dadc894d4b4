#!/usr/bin/python3
"""Builds every case for every core, runs them on mcost, and compares with numpy, bit for bit: test_reference.py MCOST

The plain kernels are the same C for all cores; they are built for one.
"""

import sys

sys.dont_write_bytecode = True

import build
import cases
import emit
import emit_cases
import sample_run

BOARDS = {
    "dsp-m4": "stm32f469i-disco", "dsp-m7": "stm32f746g-disco", "dsp-m33": "stm32l552e-eval",
    "plain-m7": "stm32f746g-disco",
}


def check_cases(test, variant, report, lines):
    expected = [f"{name} {emit.expected(graph):#010x}" for name, graph in emit_cases.graphs().items()]
    test.expect(lines[: len(expected)] == expected, f"{variant}: printed {lines}, not {expected}")
    macs = {layer["name"]: layer["macs_declared"] for layer in report["layers"] if layer["kind"] == "probe"}
    test.expect(macs == dict.fromkeys(cases.SHAPES, cases.MACS), f"{variant}: work {macs}")


def check(test, mcost, scratch):
    elves = sample_run.build_all(build.SAMPLE, scratch, BOARDS)
    jobs = [lambda elf=elf, board=board: sample_run.run(mcost, elf, board) for elf, board in zip(elves.values(), BOARDS.values())]
    for variant, (report, lines) in zip(BOARDS, sample_run.run_all(jobs)):
        check_cases(test, variant, report, lines)


if __name__ == "__main__":
    sys.exit(sample_run.main(check, __doc__))
