"""What a fleet has so far: a folder with the audit of each repository and a journal of what is done.

An audit is there whole before the journal names it, and a line of the journal is written at once, so whatever ends the run,
the next one goes on. Several runs may share a folder, each over its own shard and with its own journal.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from auditor.fleet.work import Result
from auditor.formats import json_file
from auditor.formats.placing import placed
from auditor.formats.redaction import redacted
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.fleet import Member
from auditor.tree import shown_target

JOURNAL = "done"


class Done(msgspec.Struct, frozen=True):
    """A line of the journal. `code` names the auditor that did it; `audit` is a file of the folder, "" where there is none.

    Members are written down as they may be shown: what opens a door in an address stays with the list.
    """

    member: Member
    code: str
    profile: str
    as_of: str
    audit: str = ""
    problem: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0
    crc: int = 0
    """Of the file of the audit."""


class Results:
    """The folder of one fleet, under one auditor, profile and day."""

    def __init__(self, folder: Path, *, code: str, profile: str, as_of: str | None, part: str = "") -> None:
        """Opens or makes the folder. Without `as_of`, the day of the last run here counts, until `begin` sets one."""
        self.folder, self.code, self._profile = folder, code, profile
        try:
            (folder / "audits").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be used for results: {error.strerror or error}; name another with --into"
            ) from error
        self._journal = folder / f"{JOURNAL}{'-' + part.replace('/', '-of-') if part else ''}.jsonl"
        self._torn = self._journal.is_file() and not self._journal.read_bytes().endswith(b"\n")
        known = [row for row in self._rows() if (row.code, row.profile) == (code, profile)]
        self.as_of = as_of or (known[-1].as_of if known else "")
        self._done = {row.member: row for row in known if row.as_of == self.as_of}

    def begin(self, day: str) -> None:
        """The day of a run that goes on with nothing."""
        self.as_of = self.as_of or day

    def has(self, member: Member) -> bool:
        """Whether its audit is here as it was written; what failed is tried again."""
        row = self._done.get(shown(member))
        return row is not None and bool(row.audit) and self._read(row) is not None

    def _read(self, row: Done) -> bytes | None:
        """The file of an audit, None where it is gone or damaged."""
        try:
            data = (self.folder / row.audit).read_bytes()
        except OSError:
            return None
        return data if zlib.crc32(data) == row.crc else None

    def keep(self, result: Result) -> None:
        """Writes the audit, then the line of the journal."""
        member, place, crc = shown(result.member), "", 0
        try:
            if result.audit:
                place = f"audits/{file_name(member)}"
                audit = msgspec.msgpack.decode(zlib.decompress(result.audit), type=Audit)
                text = json_file.render(redacted(audit).audit).encode()
                crc = zlib.crc32(text)
                with placed(self.folder / place) as written:
                    written.write(text)
            row = Done(
                member, self.code, self._profile, self.as_of, place, result.problem, result.seconds, result.peak_mb, crc
            )
            with self._journal.open("ab") as file:
                file.write(b"\n" * self._torn + msgspec.json.encode(row) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(
                f"{self.folder} takes no more results ({error.strerror or error}); make room and call again"
            ) from error
        self._done[member], self._torn = row, False

    def of(self, members: Iterable[Member]) -> Iterator[tuple[Done, Audit | None]]:
        """What is known of each member, in their order; each audit is read when it is asked for."""
        for member in map(shown, members):
            row = self._done.get(member)
            if row is None:
                yield Done(member, self.code, self._profile, self.as_of, problem="not audited yet"), None
            elif row.problem:
                yield row, None
            elif (data := self._read(row)) is None:
                problem = f"its audit in {self.folder} is gone or damaged; call again"
                yield msgspec.structs.replace(row, audit="", problem=problem), None
            else:
                yield row, json_file.parse(data)

    def _rows(self) -> Iterator[Done]:
        for journal in sorted(self.folder.glob(f"{JOURNAL}*.jsonl")):
            for line in journal.read_bytes().splitlines():
                try:
                    yield msgspec.json.decode(line, type=Done)
                except msgspec.DecodeError:  # the line that a run was killed in: its repository is audited again
                    continue


def shown(member: Member) -> Member:
    """The member without what opens a door in its address."""
    return Member(shown_target(member.target), member.rev)


def file_name(member: Member) -> str:
    """The file of a member's audit: its name for people, and a digest that tells it from others of that name."""
    place = member.target.rstrip("/").removesuffix(".git").removesuffix("/")
    name = re.sub(r"[^\w.-]", "_", "-".join(place.replace(":", "/").split("/")[-2:]))[-60:].lstrip(".-") or "repository"
    return f"{name}-{hashlib.sha256(msgspec.json.encode(member)).hexdigest()[:10]}.json"
