"""Folds the judged findings of docs/evidence/judged and outside into rules/precision.toml, which the report's method page prints.

Run it after a change of the evidence: `python tests/house/tally_evidence.py`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
JUDGED = ROOT / "docs" / "evidence" / "judged"
OUTSIDE = ROOT / "docs" / "evidence" / "outside"
TABLE = ROOT / "rules" / "precision.toml"
FIELDS = ["repository", "commit", "rule", "severity", "fingerprint", "place", "verdict", "second", "why"]
OUTSIDE_FIELDS = ["id", "repository", "commit", "rule", "severity", "fingerprint", "place", "verdict", "why"]
READINGS = ("true", "false", "doubtful")
COUNTED = ("critical", "high", "medium")

HEAD = """\
# How often each rule was right: findings of medium severity and above, read against the code.
# Written by tests/house/tally_evidence.py from docs/evidence/judged and outside; do not edit.
"""
RULES = """
# Read twice, the second time arguing the opposite; whoever mended the rules knew these repositories.
[rules]
"""
BLIND = """
# Read by others, against us, before anything was mended, in repositories that no rule had been tuned by.
[outside]
"""


class Row(NamedTuple):
    """One judged finding. `verdict` and `second` are two readings, the second of which argues the opposite."""

    repository: str
    commit: str
    rule: str
    severity: str
    fingerprint: str
    place: str
    verdict: str
    second: str
    why: str

    @property
    def right(self) -> bool:
        """Whether the finding stood both times."""
        return self.verdict == self.second == "true"

    @property
    def wrong(self) -> bool:
        """Whether it fell in either reading."""
        return "false" in (self.verdict, self.second)


def rows(folder: Path = JUDGED) -> Iterator[Row]:
    """Every judged finding, family by family. Raises ValueError with the place for what is not in the form."""
    for path, number, fields in _lines_of(folder, FIELDS):
        row = Row(*fields)
        if {row.verdict, row.second} - set(READINGS):
            raise ValueError(f"{path.name}:{number}: a reading is one of {', '.join(READINGS)}")
        if not row.rule.startswith(path.stem):
            raise ValueError(f"{path.name}:{number}: {row.rule} is no rule of {path.stem}")
        yield row


def _lines_of(folder: Path, header: list[str]) -> Iterator[tuple[Path, int, list[str]]]:
    """The lines of all tables of a folder, each with its file and number. Raises ValueError for another header or number of fields."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            if (found := next(reader, [])) != header:
                raise ValueError(f"{path.name}: the header is {','.join(found)}")
            for number, fields in enumerate(reader, 2):
                if len(fields) != len(header):
                    raise ValueError(f"{path.name}:{number}: {len(fields)} fields instead of {len(header)}")
                yield path, number, fields


class Outside(NamedTuple):
    """One finding in a repository that nobody had tuned a rule by, judged by somebody who wrote none. `id` is the reader's."""

    id: str
    repository: str
    commit: str
    rule: str
    severity: str
    fingerprint: str
    place: str
    verdict: str
    why: str

    @property
    def right(self) -> bool:
        """Whether the finding stood as it was told, its severity included."""
        return self.verdict == "true"

    @property
    def wrong(self) -> bool:
        """Whether it says what is not so, or is no debt."""
        return self.verdict == "false"


def outside(folder: Path = OUTSIDE) -> Iterator[Outside]:
    """Every finding that others judged, reading by reading. Raises ValueError with the place for what is not in the form."""
    for path, number, fields in _lines_of(folder, OUTSIDE_FIELDS):
        row = Outside(*fields)
        if row.verdict not in READINGS:
            raise ValueError(f"{path.name}:{number}: a reading is one of {', '.join(READINGS)}")
        yield row


def folded(judged: Iterable[Row], blind: Iterable[Outside] = ()) -> str:
    """The tables: per rule how many findings of medium severity and above were read, and how many of them are right."""
    return "".join((HEAD, RULES, *_counted(judged), BLIND, *_counted(blind)))


def _counted(judged: Iterable[Row | Outside]) -> Iterator[str]:
    by_rule: dict[str, list[Row | Outside]] = {}
    for row in judged:
        if row.severity in COUNTED:
            by_rule.setdefault(row.rule, []).append(row)
    for rule, read in sorted(by_rule.items()):
        counts = {
            "read": len(read),
            "right": sum(row.right for row in read),
            "wrong": sum(row.wrong for row in read),
            "repositories": len({row.repository for row in read}),
        }
        yield f"{rule} = {{ {', '.join(f'{name} = {count}' for name, count in counts.items())} }}\n"


def main() -> int:
    """Writes the table."""
    TABLE.write_text(folded(rows(), outside()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
