"""The auditor's notes at what they are about; those whose target is gone are told, not dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from auditor.formats.setting import Note
from auditor.formats.text import plain
from auditor.formats.view.pieces import Block
from auditor.formats.view.prose import blocks
from auditor.model.audit import Audit
from auditor.model.finding import Finding


class Lost(msgspec.Struct, frozen=True):
    """A note whose target is not in this audit."""

    about: str
    text: tuple[Block, ...]


class Notes:
    """Notes by their target, as blocks of text without HTML."""

    def __init__(self, notes: Iterable[Note]) -> None:
        self._notes = tuple(notes)

    def of(self, kind: str, key: str = "") -> tuple[Block, ...]:
        """What is said of the first page, of a page or of a component."""
        return _blocks(note for note in self._notes if note.kind == kind and note.key == key)

    def finding(self, finding: Finding) -> tuple[Block, ...]:
        """What is said of a finding."""
        return _blocks(note for note in self._notes if _is_about(note, finding))

    def confirmed(self, finding: Finding) -> str:
        """Whether a person agreed: `yes`, `no` or "" where nobody said."""
        said = [note.confirmed for note in self._notes if note.confirmed and _is_about(note, finding)]
        return said[-1] if said else ""

    def agreed(self, audit: Audit) -> Audit:
        """The audit with what a person confirmed as certain; the score is not weighed again, that takes a waiver."""
        if not any(note.confirmed == "yes" for note in self._notes):
            return audit
        found = [
            msgspec.structs.replace(finding, confirmed=True, confidence=1.0)
            if self.confirmed(finding) == "yes"
            else finding
            for finding in audit.findings
        ]
        return msgspec.structs.replace(audit, findings=tuple(found))

    def lost(
        self, pages: Collection[str], components: Collection[str], findings: Sequence[Finding]
    ) -> tuple[Lost, ...]:
        """The notes that found no target."""
        known = {"page": pages, "component": components}
        return tuple(
            Lost(f"{note.kind} {plain(note.key, 80)}", blocks(note.text))
            for note in self._notes
            if note.kind != "executive"
            and (
                note.key not in known[note.kind]
                if note.kind in known
                else not any(_is_about(note, f) for f in findings)
            )
        )


def _is_about(note: Note, finding: Finding) -> bool:
    return note.kind == "finding" and bool(note.key) and finding.fingerprint.startswith(note.key)


def _blocks(notes: Iterable[Note]) -> tuple[Block, ...]:
    return tuple(block for note in notes for block in blocks(note.text))


NO_NOTES = Notes(())
