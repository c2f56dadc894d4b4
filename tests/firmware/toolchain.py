"""Builds a program with arm-none-eabi-gcc and runs it in QEMU. Both results are kept by the hash of all that went in."""
import functools
import hashlib
import json
import pathlib
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent
GCC = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"
WARNINGS = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror")


class BuildError(Exception):
    pass


@functools.lru_cache(maxsize=None)
def version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, check=True, text=True).stdout.splitlines()[0]


def compile_command(program, target, level, float_flags, output, work):
    cxx = any(source.endswith(".cpp") for source in program.sources)
    command = ["arm-none-eabi-g++" if cxx else GCC, f"-mcpu=cortex-{target.core}", "-mthumb", "-masm-syntax-unified", *float_flags,
               f"-{level}", "-g0", "-ffunction-sections", "-fdata-sections", "-ffp-contract=off", *WARNINGS,
               f"-DCORE_{target.core.upper()}", f"-I{FOLDER.parents[1]}", *program.flags]
    if not cxx:
        command += ["-std=gnu11"]
    if program.libc:
        command += ["-DFIRMWARE_LIBC"]
        command += ["--specs=nano.specs", "-u", "_printf_float", "-u", "_scanf_float"] if target.core == "m0" else []
        command += ["--specs=rdimon.specs"]
    else:
        command += ["-ffreestanding", "-mno-unaligned-access", "-nostartfiles", "--specs=nosys.specs"]
    for name, value in (("CODE_BASE", target.code[0]), ("CODE_SIZE", target.code[1]), ("RAM_BASE", target.ram[0]),
                        ("RAM_SIZE", target.ram[1])):
        command.append(f"-Wl,--defsym={name}={value:#x}")
    # The M0 image has one load segment that is readable, writable and executable in the eyes of ld.
    command += ["-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments", f"-T{FOLDER / 'common' / 'firmware.ld'}"]
    return command + source_arguments(program, work) + ["-lm", "-o", str(output)]


def source_path(source, work):
    """Sources that generate.py writes are below the work folder."""
    return FOLDER / source if (FOLDER / source).exists() else work / "generated" / source


def source_arguments(program, work):
    """C files are compiled as C by g++ too."""
    arguments = []
    for source in program.sources:
        language = {".cpp": "c++", ".c": "c", ".S": "assembler-with-cpp"}[pathlib.Path(source).suffix]
        arguments += ["-x", language, str(source_path(source, work))]
    return arguments + ["-x", "none"]


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def build(program, target, level, float_name, float_flags, work):
    """Returns the ELF; it is only built when a source, a flag or the compiler changed."""
    elf = work / target.core / f"{program.name}-{level}-{float_name}.elf"
    elf.parent.mkdir(parents=True, exist_ok=True)
    command = compile_command(program, target, level, float_flags, elf, work)
    inputs = [source_path(source, work) for source in program.sources]
    inputs += sorted((FOLDER / "common").glob("*.[hl]*")) + [FOLDER.parent / "qemu" / "batch_layout.h"]
    stamp = elf.with_suffix(".stamp")
    key = sha(*[argument.replace(str(FOLDER), "").replace(str(work), "") for argument in command],
              version(GCC), *[path.read_bytes() for path in inputs])
    if elf.exists() and stamp.exists() and stamp.read_text() == key:
        return elf
    result = subprocess.run(command, capture_output=True, check=False, text=True)
    if result.returncode != 0:
        raise BuildError(f"{' '.join(command)}\n{result.stderr}")
    stamp.write_text(key)
    return elf


def qemu_command(elf, target):
    return [QEMU, "-machine", target.machine, "-kernel", str(elf), "-display", "none", "-monitor", "none", "-serial",
            "none", "-chardev", "stdio,id=console", "-semihosting-config",
            "enable=on,target=native,chardev=console"]


def run(command, seconds):
    """Returns (exit status, console bytes, messages)."""
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as late:
        return "time-out", late.stdout or b"", (late.stderr or b"").decode(errors="replace")
    return result.returncode, result.stdout, result.stderr.decode(errors="replace")


def run_qemu(elf, target, seconds):
    """QEMU's answer, kept beside the ELF as long as the ELF and QEMU are the same."""
    command = qemu_command(elf, target)
    key = sha(elf.read_bytes(), version(QEMU), target.machine, *[part for part in command if part != str(elf)])
    kept = elf.with_suffix(".qemu.json")
    if kept.exists():
        answer = json.loads(kept.read_text())
        if answer["key"] == key:
            return answer["status"], bytes.fromhex(answer["console"]), answer["messages"]
    status, console, messages = run(command, seconds)
    if status != "time-out":
        whole = kept.with_suffix(".new")
        whole.write_text(json.dumps({"key": key, "status": status, "console": console.hex(), "messages": messages}))
        whole.rename(kept)
    return status, console, messages
