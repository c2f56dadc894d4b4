"""The commands and options of mcost, as the program itself describes them (mcost --describe)."""
import json
import subprocess


class Option:
    """One option or positional. `words` are the values that its type spells out, `kinds` the placeholders in it."""

    def __init__(self, entry):
        self.names = entry.get("names", [])
        self.name = self.names[-1] if self.names else entry["name"]
        self.type = entry["type"]
        self.repeats = entry["repeats"]
        self.help = entry["help"]

    @property
    def words(self):
        parts = self.type.split("|")
        return [part for part in parts if part.replace("-", "").isalnum() and part == part.lower()] if self.type else []

    @property
    def completion(self):
        """boards, files (with these endings), folders, words: what may stand here."""
        wanted = {"words": list(self.words), "boards": False, "folders": False, "files": None}
        for part in self.type.split("|"):
            if part == "NAME" and (self.name in ("--board", "board")):
                wanted["boards"] = True
            elif part == "MODE":
                wanted["words"] += ["probes", "none", "calls:", "functions:"]
            elif part == "DIR":
                wanted["folders"] = True
            elif part == "FW":
                wanted["files"] = (wanted["files"] or []) + ["elf", "axf", "out", "hex", "bin"]
            elif part == "FILE" or part.startswith("FILE@"):
                wanted["files"] = []
            elif "." in part and part.split(".")[-1].isalpha() and ".." not in part:
                wanted["files"] = (wanted["files"] or []) + [part.split(".")[-1]]
        return wanted

    @property
    def written(self):
        """As in a synopsis: --set PATH=VALUE."""
        return f"{', '.join(self.names)} {self.type}".strip() if self.names else self.name


class Command:
    """A command, or the program. `path` is what people type: mcost run."""

    def __init__(self, entry, before=""):
        self.name = entry["name"]
        self.path = f"{before} {self.name}".strip()
        self.description = entry["description"]
        self.footer = entry["footer"]
        self.positionals = [Option(option) for option in entry["positionals"]]
        self.options = [Option(option) for option in entry["options"]]
        self.commands = [Command(command, self.path) for command in entry["commands"]]

    def all(self):
        """This command and those below it."""
        return [self] + [command for child in self.commands for command in child.all()]

    @property
    def synopsis(self):
        words = [self.path]
        if self.commands:
            words.append("COMMAND")
        if self.options:
            words.append("[OPTIONS]")
        for option in self.positionals:
            words.append(f"[{option.name}{'...' if option.repeats else ''}]")
        return " ".join(words)


def read(mcost):
    """The program at `mcost`."""
    done = subprocess.run([mcost, "--describe"], check=True, capture_output=True, text=True)
    return Command(json.loads(done.stdout))


def version(mcost):
    return subprocess.run([mcost, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
