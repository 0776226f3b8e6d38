"""A reference to what is not there."""

from __future__ import annotations

import msgspec

from auditor.model.place import Place


class BrokenReference(msgspec.Struct, frozen=True):
    """A step names what is not there. `kind`: `program`, `module`, `tests`, `target`, `action`, `input`, `copy`, `folder`,
    `context`, `dockerfile`, `list` (to install from), `cwd` (a folder to go to), `services` (files of compose), `served`, `dag`, `prerequisite`, `option` (which the program of its
    name does not take: `name` says both), `unread` (a workflow that is no YAML: `name` says why) and `ending` (one whose name does not end as workflows do).

    `instead` is a file that differs from the named one in letter case alone, or the option that was meant; `idle`: it stands
    in a shell script that nothing in the repository names or in a method that no program asks for, or what it names may be kept elsewhere. `others` are further
    places of the same file that name it; of a document, where it is `told`, all that name what is not there. `left_out` is
    the line that tells git to keep it out.
    """

    kind: str
    step: str
    name: str
    place: Place
    instead: str = ""
    idle: bool = False
    others: tuple[Place, ...] = ()
    left_out: Place | None = None
    told: bool = False
