"""How the samples are built: sources and flags of one, its compiler call, and what it depends on."""

import argparse
import hashlib
import pathlib
import shlex
import subprocess
import sys
import tempfile

COMPILER = "arm-none-eabi-gcc"
FREESTANDING = (
    "-std=c11 -ffreestanding -fno-common -ffunction-sections -fdata-sections -mthumb -Wall -Wextra -Wshadow "
    "-Wconversion -Wno-sign-conversion -I../include -I../common -nostdlib -Wl,--gc-sections "
    "-Wl,--build-id=none -Wl,--fatal-warnings"
).split()
# Levels of optimisation by the end of a build's name. The sums of -Ofast keep their order: results equal bit for bit.
LEVELS = {"os": ["-Os"], "ofast": ["-Ofast", "-fno-unsafe-math-optimizations"]}
FLOAT_ABI = "-mfloat-abi="
SOFT_FLOAT = [f"{FLOAT_ABI}soft"]


def at_each_level(builds, *words):
    """The builds at each level of optimisation, NAME-os and NAME-ofast, with further words before their own."""
    return {
        f"{name}-{level}": [*flags, *words, *build, "-lgcc"]
        for name, build in builds.items() for level, flags in LEVELS.items()
    }


def compiler_version():
    """First line of --version, or None if the compiler is not installed."""
    try:
        result = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.split("\n", maxsplit=1)[0]


class Sample:
    """One sample: `variants` maps a name to its flags and sources; `size_limit(variant)` is of the ELF, in bytes.

    `name_flag(variant)` is a further flag or None. `prebuilt` names the variants whose ELFs are committed, all if None.
    `generator FOLDER NAME...`, a script of the sample, makes the sources `generated` before each build.
    """

    def __init__(
        self, folder, flags, shared, headers, variants, size_limit, name_flag=lambda _: None, prebuilt=None,
        generated=(), generator="generate.py",
    ):
        self.folder = pathlib.Path(folder)
        self.flags = flags
        self.shared = shared
        self.headers = headers
        self.variants = variants
        self.size_limit = size_limit
        self.name_flag = name_flag
        self.prebuilt = list(variants) if prebuilt is None else prebuilt
        self.generated = generated
        self.generator = generator

    def elf_name(self, variant):
        return f"{self.folder.name}-{variant}.elf"

    def command(self, variant, output):
        """The compiler call, to be run in the folder of the sample."""
        name = self.name_flag(variant)
        own = self.variants[variant]
        flags = self.flags
        # Given two, GCC obeys the last and takes the libraries of neither.
        if any(word.startswith(FLOAT_ABI) for word in own):
            flags = [flag for flag in flags if not flag.startswith(FLOAT_ABI)]
        return [COMPILER, *flags, *([name] if name else []), *self.shared, *own, "-o", str(output)]

    def hide_paths(self):
        """Flags that keep this machine's folders out of the debug information."""
        call = [COMPILER, "-print-file-name=include"]
        headers = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
        return [
            f"-ffile-prefix-map={self.folder}=firmware_samples/{self.folder.name}",
            f"-ffile-prefix-map={headers}=gcc/include",
        ]

    def inputs(self, variant):
        """Every committed file that the ELF depends on, relative to the folder of the sample."""
        words = [*self.shared, *self.headers, *self.variants[variant]]
        return sorted(word for word in words if not word.startswith("-") and word not in self.generated)

    def source_hash(self, variant):
        """SHA-256 over the command and the name and content of every input."""
        digest = hashlib.sha256(" ".join(self.command(variant, "")).encode())
        for name in self.inputs(variant):
            digest.update(f"\n{name}\n".encode() + (self.folder / name).read_bytes())
        return digest.hexdigest()

    def build(self, variant, output, extra=()):
        """Raises OSError if the compiler does not start, CalledProcessError if it fails."""
        call = [*self.command(variant, pathlib.Path(output).resolve()), *self.hide_paths(), *extra]
        with tempfile.TemporaryDirectory() as scratch:
            made = [word for word in call if word in self.generated]
            if made:
                subprocess.run([sys.executable, "-B", self.generator, scratch, *made], cwd=self.folder, check=True)
                call.append(f"-ffile-prefix-map={scratch}=firmware_samples/{self.folder.name}")
                call.append("-I.")
            call = [f"{scratch}/{word}" if word in made else word for word in call]
            subprocess.run(call, cwd=self.folder, check=True)

    def main(self, description, origin_option=False):
        """The command line `build.py VARIANT OUTPUT.elf [--print]`. Returns the exit status."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("variant", choices=self.variants)
        parser.add_argument("output")
        parser.add_argument("--print", action="store_true", help="only print the compiler call")
        if origin_option:
            parser.add_argument("--rom-origin", help="where the code starts, for example 0x08000000")
        options = parser.parse_args()
        if options.print:
            print(shlex.join(self.command(options.variant, options.output)))
            return 0
        origin = getattr(options, "rom_origin", None)
        try:
            self.build(options.variant, options.output, [f"-Wl,--defsym=rom_origin={origin}"] if origin else [])
        except OSError as error:
            print(f"build.py: error: {COMPILER} does not start, {error}, install it", file=sys.stderr)
            return 2
        except subprocess.CalledProcessError as error:
            return error.returncode
        return 0
