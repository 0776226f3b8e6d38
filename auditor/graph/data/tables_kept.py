"""Tables committed to the repository: personal data in them, and smells that their rows show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.artefacts.identity import PathIndex
from auditor.graph.world import World
from auditor.model.facts import Column, Facts
from auditor.model.regex import regex

MATCHING = 20
"""Values of a personal kind from which a column is personal data."""

_LEXICON: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...] = (
    ("e-mail addresses", regex(r"(^|_)e?_?mail(_?addr\w*|_?id)?(_|$)"), frozenset({"email"})),
    (
        "telephone numbers",
        regex(r"(^|_)(tele)?phone(_?n\w*)?(_|$)|(^|_)(mobile|cell)(_?n\w*|_?phone)?(_|$)"),
        frozenset({"phone"}),
    ),
    ("social security numbers", regex(r"(^|_)(ssn|social_?security\w*)(_|$)"), frozenset({"ssn"})),
    ("bank accounts", regex(r"(^|_)(iban|bank_?account\w*)(_|$)"), frozenset({"iban"})),
    ("card numbers", regex(r"(^|_)(credit_?)?card(_?n\w*)(_|$)"), frozenset({"card"})),
    (
        "dates of birth",
        regex(r"(^|_)(dob|date_?of_?birth|birth_?(date|day))(_|$)"),
        frozenset({"date", "date-ymd"}),
    ),
)
"""What a column holds, by its name and by what its values look like; both must agree."""

FEWEST_ROWS = 50
"""Rows of a whole table from which one value in all of them says something."""

_PUBLISHED = regex(r"contact|author|maintainer|publisher|support|correspond|office", re.I)
_MADE_UP = regex(
    r"synth\w*|fake|faker|mock|dummy|sample|demo|toy|seeds?|starter|scaffold|generated|anonym\w*|masked|hashed", re.I
)
_FAKERS = frozenset({"faker", "mimesis", "sdv", "ctgan"})


class Personal(msgspec.Struct, frozen=True):
    """A column of personal data in a committed table. `published`: by its name it is there for others to write to."""

    path: str
    column: str
    holds: str
    values: int
    published: bool = False


class Smell(msgspec.Struct, frozen=True):
    """Something odd in the rows of a committed table. `used` tells whether a program reads the table.

    `about` is the same for the same oddity of a table that was made from this one.
    """

    path: str
    says: str
    used: bool
    about: str


def kept_tables(world: World, owned: Callable[[str], bool]) -> list[tuple[str, Facts]]:
    """The committed tables of a component whose rows were looked at; test data and examples are left out."""
    return [
        (path, facts)
        for path, facts in sorted(world.files.items())
        if facts.kind == "table"
        and facts.profile
        and owned(path)
        and places.is_product(path)
        and not places.is_byproduct(path)
    ]


def personal_data(world: World, owned: Callable[[str], bool]) -> list[Personal]:
    """Columns that are personal by their name and by their values, made-up tables left out."""
    found = []
    for path, facts in kept_tables(world, owned):
        if _MADE_UP.search(path) or _is_made(world, path):
            continue
        for column in facts.profile:
            holds = _holds(column)
            if holds is not None:
                found.append(Personal(path, column.name, *holds, bool(_PUBLISHED.search(column.name))))
    return found


def _holds(column: Column) -> tuple[str, int] | None:
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).lower())
    kinds = dict(column.kinds)
    for holds, pattern, wanted in _LEXICON:
        values = sum(kinds.get(kind, 0) for kind in wanted) - column.synthetic
        # A handful of values that repeat are no people.
        if pattern.search(name) and values >= MATCHING and column.distinct >= MATCHING:
            return holds, values
    return None


def _is_made(world: World, path: str) -> bool:
    """Whether code of the repository makes up the table: a program that writes it draws names from a generator of fakes."""
    name = path.rpartition("/")[2]
    code = world.resolved.code
    for program in code.paths:
        if _FAKERS.isdisjoint(code.roots(program)):
            continue
        imports = {n.module.partition(".")[0] for s, _, _ in code.index(program, 0).imports for n in s.names}
        if imports & _FAKERS and (any(name in text for text in code.texts(program)) or "faker" in imports):
            return True
    return False


def smells(world: World, owned: Callable[[str], bool]) -> tuple[list[Smell], int]:
    """Smells that need no knowledge of the field (Foidl, Felderer & Ramler 2022), and how many tables were looked at."""
    tables = kept_tables(world, owned)
    read = PathIndex(
        t.artefact.path for ts in world.lineage.touches.values() for t in ts if t.way == "read" and t.artefact.path
    )
    found = [
        Smell(path, says, bool(read.matching(path)), about)
        for path, facts in tables
        for about, says in _of_table(facts)
    ]
    return found, len(tables)


def _of_table(facts: Facts) -> Iterator[tuple[str, str]]:
    """What it is about and what it says, of each oddity."""
    rows, doubles = int(facts.attr("rows") or 0), int(facts.attr("duplicates") or 0)
    whole = facts.attr("whole") is not None
    among = f"the {rows} rows" if whole else f"the first {rows} rows"
    if any(not column.name for column in facts.profile[1:]):
        return  # a sheet with headings of several lines, no table
    if rows and doubles >= max(2, 0.01 * rows) and len(facts.profile) > 2:
        yield "repeated", f"{doubles} of {among} repeat another one exactly"
    mixed = [column for column in facts.profile if _is_mixed(column)]
    if mixed:
        others = f" and {len(mixed) - 1} more" if len(mixed) > 1 else ""
        texts = dict(mixed[0].kinds)["text"]
        yield f"mixed {mixed[0].name}", f"column {mixed[0].name}{others} holds numbers, and in {texts} of {among} text"
    if whole and rows >= FEWEST_ROWS:
        same = [column.name for column in facts.profile if column.distinct <= 1 and column.seen in (0, rows)]
        if same:
            named = f"{', '.join(same[:3])}{' and others' if len(same) > 3 else ''}"
            yield f"constant {named}", f"{named}: one value or none in all of {among}"
    for column in facts.profile:
        kinds = dict(column.kinds)
        if kinds.get("date-ymd", 0) >= 2 and kinds.get("date", 0) >= 2:
            yield f"dates {column.name}", f"column {column.name} writes dates in two ways"
        if column.variants >= 2 and column.distinct <= 200 and kinds.get("text", 0) > 0.5 * column.seen:
            says = f"column {column.name} spells {column.variants} values in several ways (letter case, blanks)"
            yield f"spellings {column.name}", says


def _is_mixed(column: Column) -> bool:
    """Numbers, with a few texts among them."""
    kinds = dict(column.kinds)
    texts = kinds.get("text", 0)
    return kinds.get("number", 0) >= 0.8 * column.seen and texts >= max(2, 0.005 * column.seen) and len(kinds) == 2
