"""Where QEMU 7.2 and mcost may differ, and why. A rule that is not needed any more fails the test: the list must shrink.

MANUAL   QEMU says something the Arm Architecture Reference Manual does not: its text is turned into what the manual says.
MASKED   a value that neither defines: replaced on both sides.
EXPECTED text of programs QEMU cannot run, written from the manual: expected/<program>.txt.
FAILING  what mcost does not do yet; an entry whose program passes in all its variants fails the test.
"""
import dataclasses
import fnmatch
import re

V7 = ("m3", "m4", "m7", "m33")


@dataclasses.dataclass(frozen=True)
class Rule:
    name: str
    program: str  # a pattern
    cores: tuple
    pattern: str
    replacement: str
    reason: str

    def applies(self, program, core):
        return fnmatch.fnmatch(program, self.program) and core in self.cores

    def apply(self, text):
        return re.sub(self.pattern, self.replacement, text, flags=re.MULTILINE)


def non_secure(match):
    """EXC_RETURN without its Secure bits S and ES (ARMv8-M ARM B3.18): those of a part without Secure state."""
    return f"{match[1]}{int(match[2], 16) & ~0x41:08x}"


MANUAL = (
    Rule("bkpt-debugevt", "faults_nested", V7, r"\A(-- bkpt without debugger\n.*\n.*HFSR=)40000000", r"\g<1>80000000",
         "BKPT without halting or monitor debug sets HFSR.DEBUGEVT, not FORCED (ARMv7-M ARM B3.2.16, C1.5)"),
    Rule("scr-bits", "scb", ("m3", "m4", "m7"), r"^scr fffffff3$", "scr 00000016",
         "SCR has SLEEPONEXIT, SLEEPDEEP and SEVONPEND (ARMv7-M ARM B3.2.7)"),
    Rule("scr-bits-v8m", "scb", ("m33",), r"^scr fffffff3$", "scr 00000016",
         "without Secure state SLEEPDEEPS is RES0 (ARMv8-M ARM D1.2.232)"),
    Rule("scr-v6m", "scb", ("m0",), r"^scr 00000000$", "scr 00000016",
         "ARMv6-M has SCR (ARMv6-M ARM B3.2.7), QEMU reads it as zero"),
    Rule("shpr3-v6m", "nvic_order", ("m0",), r"^system priorities c0000000 c0c000c0$", "system priorities c0000000 c0c00000",
         "PRI_12 is reserved in ARMv6-M (ARMv6-M ARM B3.2.11)"),
    Rule("ccr-bp", "*", ("m7",), r"^(.*\b(?:ccr|CCR) )00000(200|313)\b", r"\g<1>00040\2",
         "CCR.BP reads as one (Cortex-M7 TRM table 4-2)"),
    Rule("stkofhfnmign", "scb", ("m33",), r"^ccr 00000313$", "ccr 00000713",
         "ARMv8-M Mainline has CCR.STKOFHFNMIGN (ARMv8-M ARM D1.2.9)"),
    Rule("unaligned-into-region", "mpu_v7", ("m3", "m4", "m7"), r"^unaligned: 00000000$", "unaligned: 00000082",
         "each byte of an unaligned access is checked (ARMv7-M ARM B2.3.4 MemU, B3.5.3)"),
    Rule("non-secure-exc-return", "*", ("m33",), r"((?:return|lr)=)(ffffff[0-9a-f]{2})", non_secure,
         "QEMU's M33 runs in Secure state: EXC_RETURN.S and ES are set"),
)
MASKED = (
    Rule("flags-before-divide", "faults_usage", V7, r"^(-- division by zero with trap\n.*xpsr=)[0-9a-f]", r"\g<1>_",
         "QEMU raises the fault of a divide without the flags of the instructions before it"),
    Rule("identification", "scb", ("m4", "m33"), r"^id e000ed..: .*$", "id",
         "QEMU's M4 identifies as its M3 in part; its M33 has the Security Extension"),
)
EXPECTED = {
    "bfhfnmign": "QEMU aborts in place of CCR.BFHFNMIGN (ARMv7-M ARM B3.2.8)",
    "sleep_on_exit": "QEMU ignores SCR.SLEEPONEXIT (ARMv7-M ARM B3.2.7)",
    "itm": "QEMU has no ITM (ARMv7-M ARM C1.7)",
}

# (program, core): what is missing.
FAILING = {}
