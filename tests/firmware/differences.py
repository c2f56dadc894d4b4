"""Where QEMU 7.2 and mcost may differ, and why. A rule that is not needed any more fails the test: the list must shrink.

MANUAL   QEMU says something the Arm Architecture Reference Manual does not: its text is turned into what the manual says.
MASKED   a value that neither defines: replaced on both sides.
EXPECTED text of programs QEMU cannot run, written from the manual: expected/<program>.txt.
FAILING  what mcost does not do yet; an entry whose program passes in all its variants fails the test.
"""
import dataclasses
import re

ALL = ("m0", "m3", "m4", "m7", "m33")


@dataclasses.dataclass(frozen=True)
class Rule:
    name: str
    program: str
    cores: tuple
    pattern: str
    replacement: str
    reason: str

    def applies(self, program, core):
        return self.program == program and core in self.cores

    def apply(self, text):
        return re.sub(self.pattern, self.replacement, text, flags=re.MULTILINE)


MANUAL = ()
MASKED = ()
EXPECTED = {
    "bfhfnmign": "QEMU aborts in place of CCR.BFHFNMIGN (ARMv7-M ARM B3.2.8)",
    "sleep_on_exit": "QEMU ignores SCR.SLEEPONEXIT (ARMv7-M ARM B3.2.7)",
    "itm": "QEMU has no ITM (ARMv7-M ARM C1.7)",
}

# (program, core): what is missing.
FAILING = {}
