"""Symbolic text: literal parts and typed holes, and the path algebra over it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.model.facts import Word
from auditor.model.regex import regex


class Hole(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a text that is not known.

    `kind`: `param`, `cli`, `env`, `config`, `loop`, `clock`, `temporary`, `limit` (not followed to its
    end), `unknown`. A parameter's hole names the
    function that it belongs to, as (path, scope).
    """

    kind: str
    name: str
    owner: tuple[str, int] | None = None


Part: TypeAlias = str | Hole

MOST_ALTERNATIVES = 20

ALTERNATIVE = "alternative"
"""How a value came about that is one of several, nobody tells which, or is taken for want of better."""

GIVEN = frozenset({"cli", "env", "default"})
"""How values came about that whoever starts a program may give: options, variables, and what holds where none is given."""


class Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A text as far as it is known.

    `anchored` says that a path starts at the root of the repository (it came from `__file__`); other relative paths
    start wherever the program is started. `confidence` follows GRAPH §5; `how` names the weakest step:
    `literal`, `constant`, `folded`, `f-string`, `cli`, `command`, `config`, `env`. `runs` are the starts of a program
    (numbers of invocations) in which it is so; none means in all of them. `picks` are the choices behind it: which
    element of which collection, so that two names of one loop are not mixed.
    """

    parts: tuple[Part, ...]
    anchored: bool = False
    confidence: float = 0.9
    how: str = "literal"
    runs: frozenset[int] = frozenset()
    picks: frozenset[tuple[int, int]] = frozenset()

    @property
    def exact(self) -> bool:
        """No hole in it."""
        return Hole not in map(type, self.parts)

    @property
    def known(self) -> bool:
        """At least one literal part that says more than a separator."""
        return any(isinstance(part, str) and part.strip("/._- ") for part in self.parts)

    def text(self) -> str:
        """The text, holes as `{name}`."""
        return "".join([part if isinstance(part, str) else f"{{{part.name}}}" for part in self.parts])

    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order."""
        return tuple([part for part in self.parts if type(part) is Hole])

    def ending(self, suffix: str) -> Value:
        """The same text with a suffix, where it lacks that."""
        last = self.parts[-1] if self.parts else None
        if not isinstance(last, str):
            return replace(self, parts=(*self.parts, suffix)) if self.known else self
        return self if last.endswith(suffix) else replace(self, parts=(*self.parts[:-1], last + suffix))

    def weakened(self, factor: float, how: str) -> Value:
        """The same text, less certain; what is one of several stays so."""
        kept = self.how if self.how == ALTERNATIVE else how
        return replace(self, confidence=round(min(self.confidence, factor), 3), how=kept)


Values: TypeAlias = tuple[Value, ...]

UNKNOWN = Value((Hole("unknown", "?"),), confidence=0.3, how="unknown")

CUT = Value((Hole("limit", "…"),), confidence=0.3, how="limit")
"""A text that was not followed to its end: too deep, or too many ways."""


def literal(text: str, *, anchored: bool = False) -> Value:
    """A text that is written out."""
    return Value((text,), anchored=anchored)


def hole(kind: str, name: str) -> Value:
    """A text of which only the origin is known."""
    return Value((Hole(kind, name),), confidence=0.3, how=kind)


_ROOTS = frozenset({"github.workspace", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "PWD", "WORKSPACE"})
"""Names that stand for the root of the checkout in commands."""
_PLACEHOLDER = regex(r"^/?path/to\b|<[^>]*>|^\.\.\.$|\byour[-_ ]|^\[.*\]$", re.I)


def of_word(word: Word, *, shown: bool = False) -> Value:
    """A word of a command as text; what the shell leaves open in it is a hole. `shown`: from a document, surely no more than an example."""
    if shown and _PLACEHOLDER.search(word.text):
        return hole("cli", "placeholder")
    if word.exact:
        return Value((word.text,), confidence=0.4 if shown else 0.9, how="command")
    pieces = re.split(r"\{([^{}]*)\}", word.text)
    anchored = len(pieces) > 1 and not pieces[0] and pieces[1] in _ROOTS
    if anchored:
        pieces = [pieces[2].lstrip("/"), *pieces[3:]]
    parts = [Hole("unknown", text or "?") if position % 2 else text for position, text in enumerate(pieces)]
    return Value(_merged(parts), anchored=anchored, confidence=0.4 if shown else 0.6, how="command")


def shared_runs(values: Iterable[Value]) -> frozenset[int] | None:
    """The starts in which all of the values hold (none named: all); None where no start has them all."""
    shared: frozenset[int] = frozenset()
    for value in values:
        if value.runs:
            shared = shared & value.runs if shared else value.runs
            if not shared:
                return None
    return shared


def shared_picks(values: Iterable[Value]) -> frozenset[tuple[int, int]] | None:
    """The choices behind all of the values; None where two chose different elements of one collection."""
    chosen: dict[int, int] = {}
    for value in values:
        for collection, element in value.picks:
            if chosen.setdefault(collection, element) != element:
                return None
    return frozenset(chosen.items())


def go_together(values: Iterable[Value]) -> bool:
    """Whether the values can hold at once: in one start of the program, for one element of each collection."""
    listed = list(values)
    return shared_runs(listed) is not None and shared_picks(listed) is not None


def _shared(values: Iterable[Value]) -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    listed = list(values)
    return shared_runs(listed) or frozenset(), shared_picks(listed) or frozenset()


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    out: list[Part] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] = out[-1] + part
        elif part != "":
            out.append(part)
    return tuple(out)


def concat(values: Iterable[Value], how: str = "folded", confidence: float = 0.8) -> Value:
    """The values one after the other."""
    listed = list(values)
    parts = _merged(part for value in listed for part in value.parts)
    lowest = min((value.confidence for value in listed), default=confidence)
    if any(isinstance(part, Hole) for part in parts):
        confidence = min(confidence, 0.6)
        lowest = lowest if _how(listed, how) == ALTERNATIVE else _floor(parts, lowest)
    anchored = bool(listed) and listed[0].anchored
    return Value(parts, anchored, min(confidence, lowest), _how(listed, how), *_shared(listed))


_NOTHING: tuple[tuple[Part, ...], ...] = ((), ("",), (".",))
"""The parts of an empty text and of the working folder: a path without a folder before it."""


def join(base: Value, *rest: Value) -> Value:
    """`os.path.join`, `/` and `joinpath`: a later absolute part wins."""
    result = base
    for value in rest:
        first = value.parts[0] if value.parts else ""
        if value.anchored or (isinstance(first, str) and (first.startswith(("/", "~")) or "://" in first)):
            runs, picks = _shared((result, value))
            result = replace(value, runs=runs, picks=picks)
            continue
        if not value.parts:
            continue
        if result.parts in _NOTHING:
            runs, picks = _shared((result, value))
            how = result.how if result.how in GIVEN else value.how
            result = replace(value, anchored=result.anchored, how=how, runs=runs, picks=picks)
            continue
        last = result.parts[-1]
        glue: tuple[Part, ...] = () if isinstance(last, str) and last.endswith("/") else ("/",)
        holes = any(isinstance(part, Hole) for part in (*result.parts, *value.parts))
        parts = _merged((*result.parts, *glue, *value.parts))
        how = _how((result, value), "folded")
        least = 0.0 if how == ALTERNATIVE else _floor(parts, 0.5)
        confidence = min(0.6 if holes else 0.8, max(result.confidence, least), max(value.confidence, least))
        result = Value(parts, result.anchored, confidence, how, *_shared((result, value)))
    return result


def _how(values: Iterable[Value], otherwise: str) -> str:
    """How a text came about that is put together: what holds for want of better makes no part of it sure."""
    return ALTERNATIVE if any(value.how == ALTERNATIVE for value in values) else otherwise


def _floor(parts: tuple[Part, ...], otherwise: float) -> float:
    """The confidence of a text with holes: .6 where it begins with literal text, .5 where only a later part is literal."""
    if parts and isinstance(parts[0], str) and parts[0].strip("/."):
        return max(otherwise, 0.6)
    return max(otherwise, 0.5) if any(isinstance(part, str) for part in parts) else otherwise


_ABOVE: dict[Part, Part] = {".": "..", "..": "../.."}
"""The folders above those that are named by dots alone; the one above the working folder is meant, if any is."""


def parent(value: Value, times: int = 1) -> Value:
    """The folder above; of a text whose last segment is a hole, what stands before that segment."""
    for _ in range(times):
        parts = list(value.parts)
        if parts and all(isinstance(part, Hole) for part in parts):
            return UNKNOWN
        while parts:
            last = parts.pop()
            if isinstance(last, str) and "/" in last:
                head = last[: last.rindex("/")]
                parts.append(head or "/")
                break
            if not parts and last in _ABOVE:
                parts = [_ABOVE[last]]
                break
        value = replace(value, parts=_merged(part for part in parts if part != ""), how="folded")
    return value


def product(choices: Sequence[Values], combine: Callable[[list[Value]], Value]) -> Values:
    """All combinations that go together, as long as there are few; else the unknown factors stay holes."""
    rows: list[list[Value]] = [[]]
    for values in choices:
        usable = values or (UNKNOWN,)
        if len(rows) * len(usable) > MOST_ALTERNATIVES:
            usable = (UNKNOWN,)
        rows = [[*row, value] for row in rows for value in usable if go_together((*row, value))]
    return tuple(combine(row) for row in rows)


def distinct(values: Iterable[Value]) -> Values:
    """Each text once, with the confidence of its surest origin and the starts of all, at most 20."""
    if type(values) is tuple and len(values) < 2:
        return values
    seen: dict[tuple[object, ...], Value] = {}
    for value in values:
        key = (value.parts, value.anchored)
        old = seen.get(key)
        if old is None:
            seen[key] = value
            continue
        runs = old.runs | value.runs if old.runs and value.runs else frozenset()
        surer = value if old.confidence < value.confidence else old
        seen[key] = replace(surer, runs=runs, picks=old.picks & value.picks)
    return tuple(seen.values())[:MOST_ALTERNATIVES]


def change_last(value: Value, change: Callable[[str], str]) -> Value:
    """Rewrite the last segment (a new suffix, a new name); a hole there stays."""
    if not value.parts or not isinstance(value.parts[-1], str):
        return value
    head, slash, tail = value.parts[-1].rpartition("/")
    return replace(value, parts=_merged((*value.parts[:-1], f"{head}{slash}{change(tail)}")), how="folded")


_SCHEME = regex(r"^([a-zA-Z][a-zA-Z0-9+.-]+)://")
_DRIVE = regex(r"^[A-Za-z]:[\\/]")
_SCHEMES = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfss": "az", "wasbs": "az"}


def normal(text: str) -> str:
    """A repository path without `./`, `..` and doubled slashes; a path that leaves the root keeps its `..`."""
    path = posixpath.normpath(text.replace("\\", "/")) if text else ""
    return "" if path == "." else path


def is_uri(text: str) -> bool:
    """Whether the text names something by scheme, such as `s3://` or `https://`."""
    return "://" in text and _SCHEME.match(text) is not None


def is_absolute(text: str) -> bool:
    """Whether a path starts at the root, the home folder or a drive of some machine."""
    return text.startswith(("/", "~")) or (text[1:2] == ":" and _DRIVE.match(text) is not None)


def is_temporary(value: Value) -> bool:
    """Whether a text begins in a folder for temporary files: what lies there is no artefact of the repository."""
    return bool(value.parts) and isinstance(first := value.parts[0], Hole) and first.kind == "temporary"


def uri(text: str) -> str:
    """A URI in one spelling: scheme and host in lower case, credentials and web queries left out."""
    match = _SCHEME.match(text)
    if not match:
        return text
    scheme = _SCHEMES.get(match[1].lower(), match[1].lower())
    rest = text[match.end() :]
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2]
    if scheme in ("http", "https"):
        path = path.partition("?")[0].partition("#")[0]
        host = host.lower()
    return f"{scheme}://{host}{slash}{path}"


@lru_cache(maxsize=100_000)
def pattern(text: str) -> str:
    """The anonymous form of a templated path: every hole and glob star is `{}`."""
    return re.sub(r"\{[^{}]*\}|\*+", "{}", text)


def covers(general: str, concrete: str) -> bool:
    """Whether a templated path can mean a concrete one; a hole does not cross a slash unless it is `{**}`."""
    return _expression(general).fullmatch(concrete) is not None


@lru_cache(maxsize=20_000)
def _expression(general: str) -> re.Pattern[str]:
    return re.compile(_as_regex(general))


def _as_regex(general: str) -> str:
    """Each hole ends at the first place where the text after it fits: no other place could do better, and none is tried."""
    literals = [""]
    for piece in re.findall(r"\{[^{}]*\}|\*|[^{*]+|.", general):
        if piece == "{**}":
            literals[-1] += "\0"
        elif piece.startswith("{") or piece == "*":
            literals.append("")
        else:
            literals[-1] += piece
    first, *rest = [re.escape(text).replace("\0", ".*") for text in literals]
    if not rest:
        return first
    within = "[^/]*?{}" if "\0" in "".join(literals) else "(?>[^/]*?{})"
    return first + "".join(within.replace("{}", text) for text in rest[:-1] if text) + "[^/]*" + rest[-1]
