"""What commands read and write besides the programs they run: transfers, archives, filters, redirections."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.language.containers import is_engine
from auditor.language.prefixes import find_start, is_python, tool_of
from auditor.model.facts import Command, Facts, Word
from auditor.program.running.conversions import CONVERSIONS
from auditor.program.running.flows import Flow, Moved, flows
from auditor.program.running.transfers import DATA_TOOLS, TRANSFERS


class Movement(msgspec.Struct, frozen=True):
    """What one command of a text reads and writes, and by which tool."""

    tool: str
    reads: tuple[Flow, ...]
    writes: tuple[Flow, ...]
    line: int


# what these print is no data, wherever it goes
_TALKERS = frozenset(
    ["echo", "printf", "date", "env", "printenv", "pip", "pip3", "conda", "mamba", "poetry", "uv", "ls", "find", "ps", "uname",
     "kubectl", "helm", "docker", "which", "whoami", "id", "pwd", "nproc", "nvidia-smi", "hostname", "uptime", "free", "df", "du",
     "git", "export", "set", "history", "man", "yes", "seq", "true", "false", "test", "[", "[[", "read", "logger", "tput",
     "clear", "gh", "hub", "glab", "terraform", "az", "gcloud", "oc", "minikube", "kind", "npm", "node", "yarn", "pnpm", "go",
     "cargo", "openssl", "ssh-keygen", "ssh-keyscan", "gpg", "base64", "md5sum", "sha256sum", "sha1sum", "sha512sum", "shasum",
     "stat", "file", "crontab", "systemctl", "service", "apt", "apt-get", "dpkg", "mvn", "gradle", "java", "make", "cmake",
     "uuidgen", "envsubst", "kustomize", "pytest", "tox", "mypy", "ruff", "black", "flake8", "pylint", "coverage", "dvc",
     "mlflow", "cml", "tree", "wc", "time"]
)  # fmt: skip


def moves(tool: str, rest: tuple[Word, ...]) -> bool:
    """Whether a command of a tool brings data from one place to another."""
    return tool in DATA_TOOLS and TRANSFERS[tool](rest) is not None


def movements(commands: Sequence[Command]) -> list[Movement]:
    """What the commands of a text read and write, one for each command, pipes followed."""
    parts = [_part(command) for command in commands]
    return [_piped(position, commands, parts) for position in range(len(commands))]


def moving(facts: Facts) -> dict[int, list[Movement]]:
    """What the commands of each step of a file read and write, by the identity of the commands."""
    return {id(step.commands): movements(step.commands) for step in facts.steps if step.commands}


class _Part(msgspec.Struct, frozen=True):
    tool: str
    moved: Moved
    program: bool  # some other program, which may read and write what it is given
    silent: bool  # what it prints is no data


def _part(command: Command) -> _Part:
    start = find_start([word.text for word in command.words])
    words = command.words[start.at :]
    if not words:
        return _Part(start.launcher, Moved(), bool(start.launcher), not command.words)
    tool = tool_of(words[0].text)
    if is_engine(words[0].text):
        return _Part(tool, Moved(), False, True)
    reader = TRANSFERS.get(tool) or CONVERSIONS.get(tool)
    moved = reader(tuple(words[1:])) if reader is not None else None
    python = start.form != "" or is_python(words[0].text) or tool.endswith((".py", ".sh"))
    literal = tool == "cat" and bool(command.body)
    return _Part(tool, moved or Moved(), python, literal or (moved is None and tool in _TALKERS and not python))


def _piped(position: int, commands: Sequence[Command], parts: Sequence[_Part]) -> Movement:
    """One command with its redirections: what it shows counts where it goes on into a file or a program."""
    command, part = commands[position], parts[position]
    reads = [*part.moved.reads, *(msgspec.structs.replace(flow, alone=True) for flow in flows(command.reads))]
    if part.moved.shown and _arrives(position, commands, parts):
        reads += part.moved.shown
    writes = list(part.moved.writes)
    if not part.silent and (not part.moved.takes or not command.piped or _fed(position, commands, parts)):
        sure = part.program or part.moved != Moved()
        alone = part.moved == Moved()
        writes += [msgspec.structs.replace(flow, sure=sure, alone=alone) for flow in flows(command.writes)]
    if part.tool == "tee" and not _fed(position, commands, parts):
        writes = []
    return Movement(part.tool, tuple(dict.fromkeys(reads)), tuple(dict.fromkeys(writes)), command.line)


def _arrives(position: int, commands: Sequence[Command], parts: Sequence[_Part]) -> bool:
    """Whether what a command prints ends in a file, or in a program that takes it."""
    if commands[position].writes:
        return True
    for later in range(position + 1, len(commands)):
        if not commands[later].piped:
            return False
        if parts[later].program or parts[later].moved.writes:
            return True
        if commands[later].writes:
            return not parts[later].silent
    return False


def _fed(position: int, commands: Sequence[Command], parts: Sequence[_Part]) -> bool:
    """Whether data come in through the pipe: shown files, a download, or what a program prints."""
    while position > 0 and commands[position].piped:
        position -= 1
        part = parts[position]
        if part.moved.shown or part.program or commands[position].reads:
            return True
        if part.silent:
            return False
    return False
