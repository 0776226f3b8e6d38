"""What is known of one call, class or decorator: the records that the lookup hands out."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.artefact import Role

Kind = Literal["call", "class", "decorator", "subclass"]
Status = Literal["checked", "seen", "pattern", "recalled", "legacy"]
Parse = Literal["sql", "shell", "python", "cron"]
Domain = Literal[
    "ml",
    "data",
    "tracking",
    "serving",
    "orchestration",
    "monitoring",
    "validation",
    "cloud",
    "llm",
    "std",
    "cli",
    "config",
    "viz",
]
Value = str | int | float | bool

SELF = "self"  # `returns = "self"`: the type of the receiver


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of the records: immutable, strict about their keys when read."""


class Argument(Known, frozen=True):
    """Where an argument stands: by keyword, by position (without `self`), or either."""

    arg: str | None = None
    pos: int | None = None


class PathSpec(Known, frozen=True):
    """Where a call's target is found. `also` are other spellings of the keyword in other versions.

    `args` maps each hole of `template` to its position, or to a keyword where it has none. `receiver`: the
    receiver itself is the path, or the target of the call that made it. `required`: without the argument the call does not
    have its role; `default`: what it then means. In `args`, "receiver" stands for the receiver's target.
    """

    arg: str | None = None
    pos: int | None = None
    kw_only: bool = False
    required: bool = False
    receiver: bool = False
    also: tuple[str, ...] = ()
    template: str | None = None
    args: dict[str, int | str] = {}
    default: str | None = None


class RoleBy(Known, frozen=True):
    """A role chosen by an argument's value: the first key of `map` that occurs in the value decides."""

    by: str
    default: Role
    map: dict[str, Role]
    pos: int | None = None


class RoleRefine(Known, frozen=True):
    """Another role when the object has one of these types (patterns)."""

    if_object_type: tuple[str, ...]
    then: Role


class Seed(Known, frozen=True):
    """Where randomness is controlled; `missing` says what the call is without it.

    `switch` is the argument that turns randomness on (true) or off (false), whatever the default. `early` is its position where a call
    leaves out the boolean that else comes first.
    """

    arg: str
    pos: int | None = None
    early: int | None = None
    switch: str | None = None
    missing: Literal["nondeterministic", "deterministic", "fixed"] = "nondeterministic"


class Pin(Known, frozen=True):
    """The argument that pins a version, the values that do not pin it, and the version of the library that brought it."""

    arg: str
    pos: int | None = None
    unpinned: tuple[str, ...] = ()
    since: str = ""


class Entry(Known, frozen=True):
    """One call, class or decorator of a library. `name` may be a pattern; `library` is the import root.

    `dest` is a second path that is written (of a copy or a download), `source` one that is read (of an upload). Attributes that
    the resolution asks for: `handle` (the result stands for the file it was opened with), `stream` (a text given as path is
    content), `url` and `named` (what is no file of the tree is a URL, or a name in a hub; a
    text says what such names begin with), `variable` (of the environment), `unpacks` (an archive, into a folder), `path_if_text`, `in_memory`, and
    for databases `table`, `table_formats` (a table where the chain says one of these), `table_or_sql`, `view`, `platform`, `connection`, `schema`, `frames`, `database_file`.
    """

    name: str
    library: str
    role: Role
    status: Status
    role_by: RoleBy | None = None
    path: PathSpec | None = None
    object: Argument | None = None
    dest: Argument | None = None
    source: Argument | None = None
    role_refine: RoleRefine | None = None
    seed: Seed | None = None
    pin: Pin | None = None
    attrs: dict[str, Value] = {}
    returns: str | None = None
    kind: Kind = "call"
    parse_as: Parse | None = None
    since: str | None = None
    removed: str | None = None

    def role_for(self, value: str | None) -> Role:
        """The role when the deciding argument has this literal value (None: not given)."""
        if self.role_by is None or value is None:
            return self.role
        return next((role for key, role in self.role_by.map.items() if key in value), self.role_by.default)


class TypeFacts(Known, frozen=True):
    """What is known of a type: which calls return it, what it inherits, whether its methods return it again."""

    made_by: tuple[str, ...] = msgspec.field(default=(), name="from")
    closed_under_methods: bool = False
    inherits: tuple[str, ...] = ()


class Library(Known, frozen=True):
    """The head of one table: display name, what is installed, what is imported, and its field.

    `draws` is the process-wide generator that its calls draw from when they are given no other (`numpy`, `torch`, …).
    """

    name: str
    distributions: tuple[str, ...]
    import_names: tuple[str, ...]
    domain: Domain
    file: str
    draws: str = ""
