"""Path functions of the standard library, as functions over symbolic values; and which file a path means."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from posixpath import dirname

from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Item, Slice, Star
from auditor.model.regex import regex
from auditor.program.naming.displays import integer
from auditor.program.symbolic.values import (
    UNKNOWN,
    Hole,
    Value,
    Values,
    change_last,
    concat,
    hole,
    is_absolute,
    is_uri,
    join,
    literal,
    normal,
    parent,
)

Ask = Callable[[Expr], Values]

SAME = frozenset(
    {
        "builtins.str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser",
        "os.path.expandvars", "hydra.utils.to_absolute_path", "pathlib.Path.resolve", "pathlib.Path.absolute",
        "glob.glob", "glob.iglob", "builtins.sorted", "builtins.list", "os.listdir", "os.scandir", "builtins.next", "builtins.iter", "pathlib.Path.expanduser",
        "sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "textwrap.dedent", "inspect.cleandoc",
        "psycopg2.sql.SQL", "psycopg2.sql.Identifier", "psycopg.sql.SQL", "psycopg.sql.Identifier",
    }
)  # fmt: skip
PATHS = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "upath.UPath", "py.path.local"}
)
HERE = frozenset({"os.getcwd", "pathlib.Path.cwd", "hydra.utils.get_original_cwd"})
CONSTANTS = {
    "os.sep": "/", "os.path.sep": "/", "os.curdir": ".", "os.path.curdir": ".", "os.pardir": "..", "os.path.pardir": "..",
}  # fmt: skip
CLOCK = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.strftime",
        "uuid.uuid4",
        "pandas.Timestamp.now",
    }
)
TEMPORARY = frozenset(
    {
        "tempfile.mkdtemp",
        "tempfile.mktemp",
        "tempfile.gettempdir",
        "tempfile.TemporaryDirectory",
        "tempfile.NamedTemporaryFile",
        "tempfile.mkstemp",
    }
)

_SAME_METHODS = frozenset(
    {"resolve", "absolute", "expanduser", "as_posix", "strip", "rstrip", "lstrip", "__str__", "as_uri", "__fspath__"}
)


def call(dotted: str, expr: Call, ask: Ask) -> Values | None:
    """The texts a library call makes, or None when it is no path function."""
    if dotted in CLOCK:
        return (hole("clock", "now"),)
    if dotted in TEMPORARY:
        return (hole("temporary", "tmp"),)
    if dotted in HERE:
        return (Value((".",), confidence=0.8, how="folded"),)
    if dotted in ("os.getenv", "os.environ.get"):
        name = _constant(expr.args[0]) if expr.args else "?"
        found: Values = (hole("env", name),)
        if len(expr.args) > 1:
            found = tuple(value.weakened(0.8, "env") for value in ask(expr.args[1])) or found
        return found
    if dotted in PATHS or dotted == "os.path.join":
        return (
            _joined([(hole("unknown", "**"),) if type(arg) is Star else ask(arg) for arg in expr.args])
            if expr.args
            else (Value((), confidence=0.8, how="folded"),)
        )
    if dotted == "os.path.dirname" and expr.args:
        return tuple(parent(value) for value in ask(expr.args[0]))
    if dotted == "os.path.basename" and expr.args:
        return tuple(_last(value) for value in ask(expr.args[0]))
    return ask(expr.args[0]) if dotted in SAME and expr.args else None


def method(
    name: str,
    expr: Call,
    base: Callable[[], Values],
    ask: Ask,
    elements: Callable[[Expr], list[Values]],
) -> Values | None:
    """The texts a path or string method makes, or None when it is none of those. `elements` are those of a list."""
    if name in _SAME_METHODS and not expr.args:
        return base()
    if name == "joinpath":
        return _joined([base(), *(each for arg in expr.args for each in _spread(arg, ask, elements))])
    if name in ("glob", "rglob") and expr.args:
        found = ask(expr.args[0])
        below = tuple(concat((literal("{**}/"), value)) for value in found) if name == "rglob" else found
        return _joined([base(), below])
    if name in ("with_suffix", "with_name", "with_stem") and expr.args:
        return _renamed(name, base(), ask(expr.args[0]))
    if name == "format":
        return _formatted(expr, base(), ask)
    if name == "join" and len(expr.args) == 1:
        return _glued(base(), elements(expr.args[0]))
    if name in _TEXT_METHODS:
        return _changed(name, base(), [ask(arg) for arg in expr.args])
    if name == "strftime" and len(expr.args) == 1 and type(expr.args[0]) is Const:
        return (dated(str(expr.args[0].value), name),)
    if name in ("strftime", "isoformat"):
        return (hole("clock", name),)
    return None


def _spread(arg: Expr, ask: Ask, elements: Callable[[Expr], list[Values]]) -> list[Values]:
    """The texts of an argument; of `*parts` those of its elements, or any number of folders where they are not told."""
    if type(arg) is not Star:
        return [ask(arg)]
    return elements(arg.value) or [(hole("unknown", "**"),)]


def dated(template: str, name: str) -> Value:
    """A time as a format writes it: a hole for each level of folders that has a part of the time."""
    levels = [hole("clock", name) if "%" in level else literal(level) for level in template.split("/")]
    return levels[0] if len(levels) == 1 else join(levels[0], *levels[1:])


def _changed(name: str, bases: Values, given: list[Values]) -> Values | None:
    """A method of text applied to what is exactly known; a hole for the rest."""
    words = [values[0].text() for values in given if len(values) == 1 and values[0].exact]
    if len(words) != len(given):
        return (hole("unknown", name),)
    found = []
    for value in bases:
        try:
            text = getattr(value.text(), name)(*words) if value.exact else None
        except (TypeError, ValueError):
            return (hole("unknown", name),)
        found.append(replace(value, parts=(text,), how="folded") if isinstance(text, str) else hole("unknown", name))
    return tuple(found)


def part_of_call(expr: Expr, way: tuple[int, ...], ask: Ask, dotted: str) -> Values:
    """One element of what `split`, `partition`, `os.path.split` and `os.path.splitext` give; empty for anything else."""
    if type(expr) is not Call or len(way) != 1:
        return ()
    position = way[0]
    if dotted in ("os.path.splitext", "os.path.split") and expr.args and position in (0, 1):
        values = ask(expr.args[0])
        if dotted == "os.path.split":
            return tuple(parent(value) if position == 0 else _last(value) for value in values)
        return tuple(_stem(value) if position == 0 else _suffix(value) for value in values)
    func = expr.func
    if type(func) is not Attr or func.name not in ("split", "rsplit", "partition", "rpartition", "splitlines"):
        return ()
    words = [str(arg.value) for arg in expr.args if type(arg) is Const and isinstance(arg.value, str)]
    found = []
    for value in ask(func.base):
        pieces = (
            getattr(value.text(), func.name)(*words[:1]) if value.exact and (words or "part" not in func.name) else []
        )
        if not -len(pieces) <= position < len(pieces):
            return ()
        found.append(replace(value, parts=(pieces[position],), how="folded"))
    return tuple(found)


def _stem(value: Value) -> Value:
    return change_last(value, lambda text: text.rpartition(".")[0] or text)


def _suffix(value: Value) -> Value:
    last = value.parts[-1] if value.parts else ""
    dot = last.rpartition("/")[2].rpartition(".") if isinstance(last, str) else ("", "", "")
    return literal(f".{dot[2]}") if dot[1] else hole("unknown", "suffix")


def sliced(expr: Item, ask: Ask) -> Values:
    """`text[a:b]` of what is exactly known."""
    key = expr.key
    if type(key) is not Slice:
        return ()
    bounds: list[int | None] = []
    for part in (key.start, key.stop, key.step):
        bounds.append(integer(part))
        if part is not None and bounds[-1] is None:
            return ()
    cut = slice(*bounds)
    return tuple(replace(value, parts=(value.text()[cut],), how="folded") for value in ask(expr.base) if value.exact)


def listed(source: Expr, ask: Ask, dotted: str, way: tuple[int, ...]) -> Values:
    """What a loop over files gives: the pattern itself, a name in a folder, the folders under one; empty for anything else."""
    if type(source) is Call and dotted == "builtins.enumerate" and source.args:
        way, dotted, source = way[1:], _listing_name(source.args[0]), source.args[0]
    if type(source) is not Call:
        return ()
    func = source.func
    method_name = func.name if type(func) is Attr else ""
    if method_name in ("glob", "rglob", "iglob") or dotted in ("glob.glob", "glob.iglob"):
        return tuple(value for value in ask(source) if value.known)
    if dotted == "os.walk" and source.args and way == (0,):
        return tuple(concat((value, literal("/{**}"))) for value in ask(source.args[0]) if value.known)
    if method_name == "iterdir" and type(func) is Attr:
        return tuple(join(value, hole("loop", "file")) for value in ask(func.base) if value.known)
    return ()


def _listing_name(source: Expr) -> str:
    """The name of a listing function inside `enumerate(…)`, by its last part: what matters here has telling names."""
    func = source.func if type(source) is Call else None
    last = func.name if type(func) is Attr else ""
    return {"walk": "os.walk", "glob": "glob.glob", "iglob": "glob.iglob"}.get(last, "")


def listed_item(values: Values) -> Values:
    """One of several files that a pattern names."""
    return tuple(value for value in values if value.known and ("*" in value.text() or "{**}" in value.text()))


def attribute(name: str, base: Callable[[], Values]) -> Values | None:
    """`.parent`, `.name`, `.stem`, `.suffix` of a path, `.value` of an enumeration member; None otherwise."""
    if name == "parent":
        return tuple(parent(value) for value in base())
    if name == "name":
        return tuple(_last(value) for value in base())
    if name == "stem":
        return tuple(change_last(_last(value), lambda text: text.rpartition(".")[0] or text) for value in base())
    if name == "suffix":
        return tuple(_suffix(value) for value in base())
    return base() if name == "value" else None


def ancestor(expr: Item, ask: Ask) -> Values | None:
    """`path.parents[n]`."""
    if (
        type(expr.base) is Attr
        and expr.base.name == "parents"
        and type(expr.key) is Const
        and isinstance(expr.key.value, int)
    ):
        times = expr.key.value + 1
        return tuple(parent(value, times) for value in ask(expr.base.base))
    return None


def percent(template: Value, given: list[Value]) -> Value:
    """`template % given`; a format that is not understood leaves a hole."""
    if not template.exact:
        return UNKNOWN
    pieces = re.split(r"%([-#0 +]*\d*(?:\.\d+)?)[sdrifg]", template.text())
    if len(pieces) != 2 * len(given) + 1:
        return UNKNOWN
    parts = [literal(pieces[0])]
    for value, width, piece in zip(given, pieces[1::2], pieces[2::2], strict=True):
        parts += [_spelt(value, f"{width}d" if width else ""), literal(piece)]
    return replace(concat(parts), anchored=template.anchored)


def _formatted(expr: Call, templates: Values, ask: Ask) -> Values:
    keywords = {name: ask(value)[:1] for name, value in expr.keywords}
    positional = [ask(arg)[:1] for arg in expr.args]
    return tuple(_fill(template, positional, keywords) for template in templates)


def _fill(template: Value, positional: list[Values], keywords: dict[str, Values]) -> Value:
    if not template.exact:
        return UNKNOWN
    parts: list[Value] = []
    counter = 0
    for text, field in re.findall(r"([^{}]*)(\{[^{}]*\})?", template.text()):
        parts.append(literal(text))
        if not field:
            continue
        name = re.split(r"[:!.\[]", field[1:-1])[0]
        if name == "":
            name, counter = str(counter), counter + 1
        chosen = positional[int(name)] if name.isdigit() and int(name) < len(positional) else keywords.get(name, ())
        parts.append(_spelt(chosen[0], field[1:-1].partition(":")[2]) if chosen else hole("unknown", name))
    return replace(concat(parts), anchored=template.anchored)


def _spelt(value: Value, spec: str) -> Value:
    """A value as a format writes it: `02d` makes `1` to `01`. What such a format means for a text stays a hole."""
    if "%" in spec and "/" in spec:
        return dated(spec, value.parts[0].name if value.parts and isinstance(value.parts[0], Hole) else "time")
    if not spec or not value.exact:
        return value
    text = value.text()
    number = int(text) if re.fullmatch(r"-?\d{1,18}", text) else None
    try:
        written = (
            format(number if number is not None and spec[-1] in "bdoxX" else text, spec) if _SPEC.match(spec) else ""
        )
    except ValueError:
        written = ""
    return replace(value, parts=(written,), how="folded") if written else hole("unknown", "format")


_SPEC = regex(r"[<>^]?0?\d{0,2}[bdoxXs]?\Z")


def _joined(choices: list[Values]) -> Values:
    rows: list[list[Value]] = [[]]
    for values in choices:
        usable = values if 0 < len(values) * len(rows) <= 20 else (UNKNOWN,)
        rows = [[*row, value] for row in rows for value in usable]
    return tuple(join(row[0], *row[1:]) for row in rows if row)


def _renamed(name: str, bases: Values, new: Values) -> Values:
    if len(new) != 1 or not new[0].exact:
        return (UNKNOWN,)
    text = new[0].text()

    def change(old: str) -> str:
        stem, dot, suffix = old.rpartition(".")
        if name == "with_suffix":
            return (stem if dot else old) + text
        return text if name == "with_name" else text + dot + (suffix if dot else "")

    return tuple(change_last(value, change) for value in bases)


_TEXT_METHODS = frozenset(
    {
        "replace", "lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "removesuffix", "removeprefix",
        "casefold", "zfill",
    }
)  # fmt: skip


def _glued(separators: Values, items: list[Values]) -> Values:
    if len(separators) != 1 or not items or any(len(values) != 1 for values in items):
        return (UNKNOWN,)
    parts: list[Value] = []
    for values in items:
        parts += [separators[0], values[0]] if parts else [values[0]]
    return (concat(parts),)


def _last(value: Value) -> Value:
    if not value.parts:
        return value
    last = value.parts[-1]
    if isinstance(last, Hole) or (len(value.parts) > 1 and "/" not in last):
        return replace(value, parts=(Hole("unknown", "name"),), anchored=False) if len(value.parts) > 1 else value
    return replace(value, parts=(last.rpartition("/")[2],), anchored=False)


def _constant(expr: Expr) -> str:
    return str(expr.value) if type(expr) is Const else "?"


def locate(value: Value, importer: str, tree: Container[str]) -> str | None:
    """The file of the tree that an exact path means, tried from the root, then from the script's folders upwards."""
    text = value.text()
    if not text or is_uri(text) or is_absolute(text):
        return None
    path = normal(text)
    if value.anchored:
        return path if path in tree else None
    folder = dirname(importer)
    candidates = [path]
    while folder:
        candidates.append(normal(f"{folder}/{path}"))
        folder = dirname(folder)
    return next((candidate for candidate in candidates if candidate in tree), None)
