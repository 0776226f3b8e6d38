"""Shell scripts: one step with all commands."""

from __future__ import annotations

import re

from auditor.language.shell import read_shell
from auditor.language.text import count_lines
from auditor.model.facts import Facts, Step
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

_SHEBANG = regex(rb"#!.*\b(?:bash|sh|zsh|dash|ksh)\b")
_CHECKED = regex(r"&&|\|\|\s*(?:exit|return|die|fail|abort)\b|\$\?|^[ \t]*trap\b.*\b(?:ERR|EXIT)\b", re.MULTILINE)
_PIPEFAIL = regex(r"\bpipefail\b|\bPIPESTATUS\b")
_STRICT = regex(r"^[ \t]*set\s+(?:-\w*e|-o\s+errexit)|^#!.*\s-\w*e", re.MULTILINE)
_AT_END = regex(r"(?<![&|<>\\])&[ \t]*(?:\w+=\$!.*|#.*)?$")


def read(text: str) -> Facts:
    """The commands of a script in order.

    `strict` says that it stops at a failure, `checked` that it looks at some, `pipefail` also at those in a pipe;
    `background` are the lines where a command begins that it does not wait for.
    """
    step = Step(
        "script",
        "shell",
        1,
        max(count_lines(text), 1),
        read_shell(text),
        attrs=pairs(
            [
                ("strict", "true" if _STRICT.search(text) else ""),
                ("checked", "true" if _CHECKED.search(text) else ""),
                ("pipefail", "true" if _PIPEFAIL.search(text) else ""),
                ("background", " ".join(map(str, _behind(text))) if "&" in text else ""),
            ]
        ),
    )
    return Facts(kind="shell", steps=(step,), attrs=(("tool", "shell"),))


def _behind(text: str) -> list[int]:
    """The lines, from 1, where a command begins that a lone `&` ends."""
    made, first = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        first = first or number
        if line.endswith("\\"):
            continue
        if _AT_END.search(line):
            made.append(first)
        first = 0
    return made


def has_shebang(data: bytes) -> bool:
    """Whether a file without a telling name says that a shell runs it."""
    return bool(_SHEBANG.match(data[:200]))


READER = Reader(name="shell", names=("*.sh", "*.bash", "*.zsh", "*.ksh"), read=over_text(read))
_OF_CLUSTERS = ("*.sl", "*.slurm", "*.sbatch", "*.pbs", "*.qsub", "*.lsf", "*.job", "*.sub")
"""Scripts that are handed to the queue of a cluster."""
SCRIPT = Reader(name="shell", names=("*/bin/*", "*/scripts/*", *_OF_CLUSTERS), read=over_text(read), sniff=has_shebang)
