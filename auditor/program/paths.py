"""Path functions of the standard library, as functions over symbolic values; and which file a path means."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from posixpath import dirname

from auditor.knowledge import Knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Item
from auditor.program.values import (
    UNKNOWN,
    Hole,
    Value,
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

Values = tuple[Value, ...]
Ask = Callable[[Expr], Values]

SAME = frozenset(
    {
        "builtins.str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser",
        "os.path.expandvars", "hydra.utils.to_absolute_path", "pathlib.Path.resolve", "pathlib.Path.absolute",
        "glob.glob", "glob.iglob", "builtins.sorted", "builtins.list", "os.listdir", "os.scandir",
    }
)  # fmt: skip
PATHS = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "upath.UPath", "py.path.local"}
)
HERE = frozenset({"os.getcwd", "pathlib.Path.cwd", "hydra.utils.get_original_cwd"})
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
    {"resolve", "absolute", "expanduser", "as_posix", "strip", "rstrip", "lstrip", "__str__", "as_uri"}
)


def call(dotted: str, expr: Call, ask: Ask) -> Values | None:
    """The texts a library call makes, or None when it is no path function."""
    if dotted in CLOCK:
        return (hole("clock", "now"),)
    if dotted in TEMPORARY:
        return (hole("temporary", "tmp"),)
    if dotted in HERE:
        return (Value((), confidence=0.8, how="folded"),)
    if dotted in ("os.getenv", "os.environ.get"):
        name = _constant(expr.args[0]) if expr.args else "?"
        found: Values = (hole("env", name),)
        if len(expr.args) > 1:
            found = tuple(value.weakened(0.8, "env") for value in ask(expr.args[1])) or found
        return found
    if dotted in PATHS or dotted == "os.path.join":
        return _joined([ask(arg) for arg in expr.args]) if expr.args else (Value((), confidence=0.8, how="folded"),)
    if dotted == "os.path.dirname" and expr.args:
        return tuple(parent(value) for value in ask(expr.args[0]))
    if dotted == "os.path.basename" and expr.args:
        return tuple(_last(value) for value in ask(expr.args[0]))
    return ask(expr.args[0]) if dotted in SAME and expr.args else None


def method(name: str, expr: Call, base: Callable[[], Values], ask: Ask) -> Values | None:
    """The texts a path or string method makes, or None when it is none of those."""
    if name in _SAME_METHODS:
        return base()
    if name == "joinpath":
        return _joined([base(), *[ask(arg) for arg in expr.args]])
    if name in ("glob", "rglob") and expr.args:
        return _joined([base(), ask(expr.args[0])])
    if name in ("with_suffix", "with_name", "with_stem") and expr.args:
        return _renamed(name, base(), ask(expr.args[0]))
    if name == "format":
        return _formatted(expr, base(), ask)
    if name == "join" and len(expr.args) == 1 and hasattr(expr.args[0], "items"):
        return _glued(base(), [ask(item) for item in expr.args[0].items])
    if name in ("replace", "lower", "upper", "format_map", "strftime", "isoformat"):
        return (hole("clock" if name in ("strftime", "isoformat") else "unknown", name),)
    return None


def attribute(name: str, base: Callable[[], Values]) -> Values | None:
    """`.parent`, `.name`, `.stem` of a path, `.value` of an enumeration member; None otherwise."""
    if name == "parent":
        return tuple(parent(value) for value in base())
    if name == "name":
        return tuple(_last(value) for value in base())
    if name == "stem":
        return tuple(change_last(_last(value), lambda text: text.rpartition(".")[0] or text) for value in base())
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
    pieces = re.split(r"%[-#0 +]*\d*(?:\.\d+)?[sdrifg]", template.text())
    if len(pieces) != len(given) + 1:
        return UNKNOWN
    parts = [literal(pieces[0])]
    for value, piece in zip(given, pieces[1:], strict=True):
        parts += [value, literal(piece)]
    return concat(parts)._replace(anchored=template.anchored)


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
        parts.append(chosen[0] if chosen else hole("unknown", name))
    return concat(parts)._replace(anchored=template.anchored)


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


def _glued(separators: Values, items: list[Values]) -> Values:
    if len(separators) != 1 or any(len(values) != 1 for values in items):
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
        return value._replace(parts=(Hole("unknown", "name"),), anchored=False) if len(value.parts) > 1 else value
    return value._replace(parts=(last.rpartition("/")[2],), anchored=False)


def _constant(expr: Expr) -> str:
    return str(expr.value) if type(expr) is Const else "?"


DOCUMENTS = {"dvc.api.params_show": "params.yaml"}


def config_source(dotted: str, expr: Call, knowledge: Knowledge) -> Expr | str | None:
    """What a configuration-reading call reads: its path or handle expression, a fixed path, or None."""
    if dotted in DOCUMENTS:
        return DOCUMENTS[dotted]
    entry = knowledge.lookup(dotted)
    if entry is None or (entry.role is not Role.CONFIG_READ and dotted not in ("json.load", "json.loads")):
        return None
    return expr.args[0] if expr.args else None


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
