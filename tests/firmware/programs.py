"""What there is to build: one entry per program. Cores are those whose architecture has what the program exercises."""
import dataclasses

ALL = ("m0", "m3", "m4", "m7", "m33")
V7 = ("m3", "m4", "m7", "m33")  # Mainline: configurable faults, BASEPRI, exclusives
BIG = ("m3", "m4", "m7", "m33")  # memory for a whole C++ library
FPU = ("m4", "m7", "m33")


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    sources: tuple
    cores: tuple
    libc: bool = False  # newlib with its own crt0 and semihosting (rdimon)
    flags: tuple = ()
    seconds: int = 60  # of host time, for each simulator
    levels: tuple = ("O0", "Os", "O2", "O3")


# What the shared sources do about faults: nothing, print the status registers, or handle them as well.
FAULTS = {None: (), "status": ("common/fault_status.c",),
          "handlers": ("common/fault_status.c", "common/faults.c")}


def bare(name, cores, *extra, folder="system", faults=None, flags=()):
    common = ("common/startup.c", "common/console.c") + FAULTS[faults]
    return Program(name, common + (extra or (f"{folder}/{name}.c",)), cores, flags=flags)


def newlib(name, cores, *sources, levels=("O0", "Os", "O2", "O3"), flags=(), seconds=60):
    """A hosted program: start-up code, exit and console are newlib's own (rdimon)."""
    sources = sources or (f"language/{name}.c",)
    return Program(name, ("common/startup.c", *sources), cores, libc=True, flags=flags, levels=levels, seconds=seconds)


PROGRAMS = (
    bare("nvic_order", ALL),
    bare("nvic_grouping", V7),
    bare("masks", ALL),
    bare("exc_return", ALL),
    bare("exc_return_bad", V7, faults="status"),
    bare("context_switch", ALL),
    bare("unprivileged", V7, faults="handlers"),
    bare("privileged_only", ("m0",)),
    bare("faults_usage", V7, faults="handlers"),
    bare("faults_bus", V7, faults="handlers"),
    bare("faults_stack", V7, faults="status"),
    bare("faults_nested", V7, faults="handlers"),
    bare("scb", ALL),
    bare("reset", ALL),
    bare("systick", ALL),
    bare("sleep", ALL),
    bare("exclusive", V7),
    bare("bit_band", ("m3", "m4")),
    bare("sleep_on_exit", ALL),
    bare("bfhfnmign", V7),
    bare("mpu_v7", ("m3", "m4", "m7"), "system/mpu_v7.c", "common/mpu_probe.c"),
    bare("mpu_v8", ("m33",), "system/mpu_v8.c", "common/mpu_probe.c"),
    bare("mpu_stack", V7, faults="status"),
    bare("stack_limit", ("m33",), faults="status"),
    bare("lazy_fp", FPU, "system/lazy_fp.c", "system/fp_state.S"),
    bare("fpu_off", FPU, "system/fpu_off.c", "system/fp_state.S", faults="handlers"),
    bare("itm", V7),
    bare("integer", ALL, folder="isa"),
    bare("dsp", ("m4", "m7", "m33"), folder="isa"),
    bare("floating", ("m4",), folder="isa"),
    bare("floating_v5", ("m33",), "isa/floating.c", flags=("-DFP_V5",)),
    bare("floating_double", ("m7",), "isa/floating.c", flags=("-DFP_DOUBLE",)),
    bare("v8m", ("m33",), folder="isa"),
    newlib("printf", ALL),
    newlib("heap", ALL),
    newlib("mathematics", ALL),
    newlib("arithmetic64", ALL),
    newlib("cxx_objects", ALL, "language/cxx_objects.cpp"),
    newlib("cxx_exceptions", BIG, "language/cxx_exceptions.cpp"),
    newlib("cxx_library", BIG, "language/cxx_library.cpp"),
    bare("rtos", V7, "language/rtos.c", "language/rtos_switch.S"),
    bare("rtos_fp", FPU, "language/rtos.c", "language/rtos_switch.S", flags=("-DRTOS_FP",)),
    newlib("large", BIG, "large.c", levels=("Os", "O2")),
)
