"""Configuration documents that code reads: which file, which key, and what a key's value is as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Expr
from auditor.model.regex import regex
from auditor.program.configuration import hydra
from auditor.program.naming.code import Code, Config, Frame, Instance
from auditor.program.naming.handles import opened
from auditor.program.naming.scopes import last_name
from auditor.program.running.invocations import argument
from auditor.program.symbolic import paths
from auditor.program.symbolic.values import (
    MOST_ALTERNATIVES,
    UNKNOWN,
    Value,
    Values,
    concat,
    hole,
    literal,
    shared_runs,
)

if TYPE_CHECKING:
    from auditor.program.symbolic.evaluate import Evaluator

WRAPPERS = frozenset(
    {
        "box.Box", "box.ConfigBox", "box.SBox", "box.box.Box", "box.config_box.ConfigBox", "easydict.EasyDict",
        "munch.Munch", "munch.munchify", "munch.Munch.fromDict", "munch.DefaultMunch.fromDict", "dotmap.DotMap",
        "addict.Dict", "attrdict.AttrDict", "types.SimpleNamespace", "argparse.Namespace", "ml_collections.ConfigDict",
        "ml_collections.config_dict.ConfigDict", "omegaconf.OmegaConf.create", "omegaconf.OmegaConf.to_container",
        "omegaconf.OmegaConf.merge", "omegaconf.DictConfig", "omegaconf.OmegaConf.structured", "collections.OrderedDict",
        "yacs.config.CfgNode",
    }
)  # fmt: skip
"""Classes and functions that hold a document without changing its keys."""

_TEXT_READERS = frozenset({"json.load", "json.loads", "yaml.safe_load", "yaml.load", "yaml.full_load", "toml.loads"})
_DOCUMENTS = {"dvc.api.params_show": "params.yaml"}
COMPOSING = frozenset({"hydra.compose", "hydra.compose.compose"})
"""Functions that are given the name of a document, and no path."""
_PARSERS = frozenset({"configparser.ConfigParser", "configparser.RawConfigParser"})
_HOLE = regex(r"\$\{([^${}]*)\}")
DEEPEST = 5


class Leaf(msgspec.Struct, frozen=True):
    """One value of a document, and the file and line that say it."""

    value: object
    path: str
    line: int


class Configs:
    """Answers what configuration calls read, and what their keys hold."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self._tables: dict[str, Mapping[str, Leaf]] = {}
        self._children: dict[str, dict[str, tuple[str, ...]]] = {}
        self._composed: dict[tuple[str, int], Config | None] = {}
        self._parsed: dict[tuple[int, str, int, int], str | None] = {}

    # --- which document ---

    def read_by(self, expr: Call, dotted: str, frame: Frame) -> Config | None:
        """The configuration document that a call reads, when its path is one file of the tree."""
        if dotted in _DOCUMENTS:
            return Config(_DOCUMENTS[dotted], "") if _DOCUMENTS[dotted] in self.code.files else None
        if dotted in COMPOSING:
            return self._compose_call(expr, frame)
        source = self._source(expr, dotted)
        return self._document(source, frame) if source is not None else None

    def _source(self, expr: Call, dotted: str) -> Expr | None:
        """The path or handle that a call reads configuration from; None when it reads none."""
        entry = self.code.knowledge.lookup(dotted)
        if entry is None or (entry.role is not Role.CONFIG_READ and dotted not in _TEXT_READERS):
            return None
        path = entry.path
        given = argument(expr, path.arg, path.pos) if path is not None else None
        return given or (expr.args[0] if expr.args else None)

    def pending(self, expr: Call, dotted: str, frame: Frame) -> Value | None:
        """For a document whose path only a caller can tell: the parameter that it hangs on."""
        source = self._source(expr, dotted)
        if source is None:
            return None
        for value in self.evaluator.values(*opened(self.evaluator, source, frame)):
            for part in value.holes():
                if part.kind == "param" and part.owner is not None:
                    return Value((part,), confidence=0.3, how="param")
        return None

    def _document(self, source: Expr, frame: Frame) -> Config | None:
        behind, where = opened(self.evaluator, source, frame)
        items = self.evaluator.displays.elements(behind, where)
        for expr, inner in items or [(behind, where)]:
            for value in self.evaluator.values(expr, inner):
                found = paths.locate(value, frame.path, self.code.files) if value.exact else None
                if found is not None and self.code.files[found].leaves:
                    return Config(found, "")
        return None

    def of_parser(self, parser: Instance) -> str | None:
        """The file that a `ConfigParser` object reads, found where it was made."""
        if parser.of not in _PARSERS or parser.made is None:
            return None
        call, frame = parser.made.call, parser.made.frame
        key = (id(call), *frame.key)
        if key not in self._parsed:
            self._parsed[key] = None
            self._parsed[key] = self._read_into(call, frame)
        return self._parsed[key]

    def _read_into(self, made: Call, frame: Frame) -> str | None:
        for site in self.code.index(frame.path, frame.scope).calls:
            func = site.call.func
            if type(func) is Attr and func.name in ("read", "read_file") and site.call.args:
                where = frame.at(site.block)
                owner = self.evaluator.denoter.denote(func.base, where)
                if type(owner) is Instance and owner.made is not None and owner.made.call is made:
                    found = self._document(site.call.args[0], where)
                    if found is not None:
                        return found.path
        return None

    # --- composed documents ---

    def composed_for(self, frame: Frame) -> Config | None:
        """The document that `hydra.main` composes for the function of a frame."""
        key = (frame.path, frame.scope)
        if key not in self._composed:
            self._composed[key] = None
            scope = self.code.scope(*key)
            around = frame.within(max(scope.parent, 0))
            for decorator in scope.decorators:
                if type(decorator) is Call and self.evaluator.denoter.dotted(decorator.func, around) == "hydra.main":
                    self._composed[key] = self._compose(decorator, around)
        return self._composed[key]

    def _compose_call(self, expr: Call, frame: Frame) -> Config | None:
        """`hydra.compose(config_name=…)` under the `hydra.initialize(config_path=…)` of the same file."""
        for number in self.code.scopes(frame.path):
            for site in self.code.index(frame.path, number).calls:
                func = site.call.func
                last = last_name(func)
                if last in ("initialize", "initialize_config_dir") and site.call is not expr:
                    folder = self._text(
                        argument(site.call, "config_path", 0) or argument(site.call, "config_dir", 0), frame
                    )
                    name = self._text(argument(expr, "config_name", 0), frame)
                    if name:
                        return self._primary(frame.path, folder, name)
        return None

    def _compose(self, call: Call, frame: Frame) -> Config | None:
        folder = self._text(argument(call, "config_path", 0), frame)
        name = self._text(argument(call, "config_name", 1), frame)
        return self._primary(frame.path, folder, name) if name else None

    def _primary(self, importer: str, folder: str, name: str) -> Config | None:
        path = hydra.primary(importer, folder, name, self.code.files)
        if path is None:
            return None
        self._tables.setdefault(f"hydra:{path}", self._composition(path, importer))
        return Config(f"hydra:{path}", "")

    def _composition(self, path: str, importer: str) -> Mapping[str, Leaf]:
        folder = path.rpartition("/")[0]
        groups, overrides = hydra.overrides(self.evaluator.invocations.of(importer))
        composed = hydra.compose(path, folder, groups, self.code)
        table = {key: Leaf(value, origin, line) for key, (value, origin, line) in composed.items()}
        for key, text in overrides.items():
            old = table.get(key)
            if old is not None:
                table[key] = msgspec.structs.replace(old, value=text)
        return table

    def _text(self, expr: Expr | None, frame: Frame) -> str:
        values = self.evaluator.values(expr, frame) if expr is not None else ()
        return values[0].text() if values and values[0].exact else ""

    # --- keys ---

    def table(self, document: str) -> Mapping[str, Leaf]:
        """The scalars of a document by dotted key."""
        found = self._tables.get(document)
        if found is None:
            leaves = self.code.leaves(document)
            found = self._tables[document] = {key: Leaf(value, document, line) for key, (value, line) in leaves.items()}
        return found

    def has(self, document: str, key: str) -> bool:
        """Whether a document defines a key, as a scalar or as a part with keys of its own."""
        return key in self.table(document) or key in self._parts(document)

    def _parts(self, document: str) -> dict[str, tuple[str, ...]]:
        """The names under each part of a document, in order."""
        found = self._children.get(document)
        if found is None:
            gathered: dict[str, dict[str, None]] = {}
            for key in self.table(document):
                while key:
                    above, _, name = key.rpartition(".")
                    gathered.setdefault(above, {})[name] = None
                    key = above
            found = self._children[document] = {above: tuple(names) for above, names in gathered.items()}
        return found

    def names(self, part: Config) -> tuple[str, ...]:
        """The names directly under a part of a document."""
        return self._parts(part.path).get(part.key, ())

    def length(self, part: Config) -> int | None:
        """How many elements a list of a document has; None for anything else."""
        names = self.names(part)
        return len(names) if names and all(name.isdigit() for name in names) else None

    def origin(self, key: Config) -> Leaf | None:
        """The value of a key with the file and line that define it."""
        table = self.table(key.path)
        found = table.get(key.key)
        if found is None and key.path.endswith((".ini", ".cfg")):
            section, _, option = key.key.rpartition(".")
            found = table.get(f"{section}.{option.lower()}") or table.get(f"DEFAULT.{option.lower()}")
        return found

    def leaf(self, key: Config, depth: int = 0) -> Values:
        """The value of a key as text, interpolations filled; of all keys it may be, where a part of it is one of several."""
        if key.choices:
            return self._leaves(key, depth)
        found = self.origin(key)
        if found is None or found.value is None:
            return (hole("config", key.key),)
        text = str(found.value)
        if "${" not in text:
            return (literal(text).weakened(0.8, "config"),)
        pieces = [self._interpolated(piece, key, depth) for piece in _HOLE.split(text)[1::2]]
        plain = _HOLE.split(text)[::2]
        parts = [literal(plain[0])]
        for piece, after in zip(pieces, plain[1:], strict=True):
            parts += [piece, literal(after)]
        filled = concat(parts)
        return (filled.weakened(0.8, "config") if filled.exact else filled,)

    def _leaves(self, key: Config, depth: int) -> Values:
        rows: list[tuple[str, list[Value]]] = [(key.key, [])]
        for number, names in enumerate(key.choices):
            rows = [
                (text.replace(f"{{{number}}}", name.text()), [*used, name]) for text, used in rows for name in names
            ]
        found: list[Value] = []
        for text, used in rows[: 2 * MOST_ALTERNATIVES]:
            runs = shared_runs(used)
            if runs is not None and self.has(key.path, text):
                found += [replace(v, runs=runs) for v in self.leaf(Config(key.path, text), depth)]
        return tuple(found) or (hole("config", key.key),)

    def _interpolated(self, expression: str, key: Config, depth: int) -> Value:
        """`${a.b}`, `${.sibling}`, `${oc.env:NAME,default}`, `${now:…}`."""
        resolver, colon, rest = expression.partition(":")
        if colon:
            if resolver in ("now", "hydra"):
                return hole("clock" if resolver == "now" else "config", rest)
            name, comma, default = rest.partition(",")
            return literal(default.strip().strip("'\"")) if comma else hole("env", name)
        if depth >= DEEPEST or not expression.strip():
            return UNKNOWN
        wanted = expression.strip().replace("[", ".").replace("]", "")
        dots = len(wanted) - len(wanted.lstrip("."))
        above = key.key.split(".")[: -dots or None] if dots else []
        return self.leaf(Config(key.path, ".".join([*above, wanted.lstrip(".")])), depth + 1)[0]
