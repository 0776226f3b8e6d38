"""crontab files: a step and its schedule per line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.shell import read_shell
from auditor.language.text import read_text
from auditor.model.facts import Facts, Step, Trigger
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

TOOL = "crontab"
MAX_LINES = 1_000

_FIELD = r"(?:[\d*/,\-]+|(?:[A-Za-z]{3}[,\-]?)+)"
_LINE = regex(
    rf"\s*(?P<when>@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(?P<what>\S.*)"
)
_USER = regex(r"\A(?:root|www-data|nobody|ubuntu|airflow|appuser|user|app)\s+(?=\S)")
_SETTING = regex(r"\s*[A-Z_]+\s*=")


def read(text: str) -> Facts:
    """What each line runs and when; a user's name before the command is passed over."""
    steps: list[Step] = []
    triggers: list[Trigger] = []
    for when, what, line in _lines(text):
        name = f"line {line}"
        # A percent sign ends the command unless it is escaped.
        command = re.split(r"(?<!\\)%", _USER.sub("", what, count=1))[0].replace("\\%", "%")
        steps.append(Step(name, TOOL, line, line, read_shell(command, line=line)))
        triggers.append(Trigger("schedule", when, line, (name,)))
    return Facts(kind=TOOL, steps=tuple(steps), triggers=tuple(triggers), attrs=(("tool", TOOL),))


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        found = None if line.lstrip().startswith("#") else _LINE.match(line)
        if found:
            yield found["when"], found["what"], number


def looks_like(data: bytes) -> bool:
    """Whether the lines that say something are settings and schedules, one schedule at least."""
    text, _ = read_text(data[:8_192])
    said = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    timed = sum(1 for line in said if _LINE.match(line))
    return bool(timed) and timed + sum(1 for line in said if _SETTING.match(line)) >= len(said) * 0.8


READER = Reader(
    name=TOOL,
    names=("crontab", "crontab.*", "*.crontab", "*.cron", "*/cron.d/*"),
    read=over_text(read),
    sniff=looks_like,
)
