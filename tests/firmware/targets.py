"""The five cores: how firmware is built for them, and which QEMU machine and mcost board run it."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    core: str
    machine: str  # of QEMU 7.2
    board: str  # of mcost
    code: tuple  # base, bytes
    ram: tuple
    floats: tuple  # (name, flags): calling conventions, and FPUs where the core has a choice


SOFT = ("soft", ("-mfloat-abi=soft",))

TARGETS = {
    target.core: target
    for target in (
        Target("m0", "microbit", "generic-m0", (0x00000000, 0x40000), (0x20000000, 0x4000), (SOFT,)),
        Target("m3", "mps2-an385", "generic-m3", (0x00000000, 0x400000), (0x20000000, 0x400000), (SOFT,)),
        Target("m4", "mps2-an386", "generic-m4", (0x00000000, 0x400000), (0x20000000, 0x400000),
               (SOFT, ("hard", ("-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")))),
        Target("m7", "mps2-an500", "generic-m7", (0x00000000, 0x400000), (0x20000000, 0x400000),
               (SOFT, ("hard", ("-mfloat-abi=hard", "-mfpu=fpv5-d16")))),
        # Starts in Secure state; these are the Secure aliases of its code and data memories.
        Target("m33", "mps2-an505", "generic-m33", (0x10000000, 0x400000), (0x38000000, 0x200000),
               (SOFT, ("hard", ("-mfloat-abi=hard", "-mfpu=fpv5-sp-d16")))),
    )
}

LEVELS = ("O0", "Os", "O2", "O3")


def variants(target):
    return [(level, name, flags) for level in LEVELS for name, flags in target.floats]
