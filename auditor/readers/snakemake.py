"""Snakefiles: rules as steps. Names that other files of the workflow define stay as `${…}` and are filled in by the graph."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from auditor.language.credentials import mask
from auditor.language.paths import is_uri, kind_of_path
from auditor.language.shell import read_shell
from auditor.language.snakefile import RULES, Argument, Block, read_snakefile
from auditor.model.facts import Command, Facts, Leaf, Ref, Step, Text, Trouble, Word
from auditor.model.ir import Assign, Expr, Group, If, Name, Program, Stmt, Table
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs
from auditor.readers.snakemake_values import Found, returned, texts
from auditor.source import read_expression, read_program

TOOL = "snakemake"
MAX_LEAVES = 5_000

_INTERPRETERS = {
    ".py": "python",
    ".R": "Rscript",
    ".r": "Rscript",
    ".Rmd": "Rscript",
    ".jl": "julia",
    ".sh": "bash",
    ".ipynb": "papermill",
    ".rs": "rust-script",
}
_OWN = frozenset({"threads", "resources", "rule", "jobid", "attempt", "bench_file", "wildcards", "log", "params"})
_FIELD = regex(r"\{\{|\}\}|\{([^{}]*)\}")
_KEYS = regex(r"""\bconfig((?:\[["'][\w .-]+["']\]|\.get\(["'][\w .-]+["'])+)""")
_KEY = regex(r"""["']([\w .-]+)["']""")


def read(text: str) -> Facts:
    """A step per rule, with what it reads and writes; includes and configuration files as references.

    The leaves are the constants of the file, and as `name()` what its functions can return.
    """
    parted = read_snakefile(text)
    program, troubles = read_program(parted.python.encode())
    if parted.broken is not None:
        troubles = (*troubles, Trouble(parted.broken[0], f"Snakefile: {parted.broken[1]}", "syntax"))
    rules = _inherited([block for block in parted.blocks if block.kind in (*RULES, "use")])
    return Facts(
        kind=TOOL,
        steps=tuple(_step(rule) for rule in rules),
        references=tuple(ref for block in parted.blocks for ref in _references(block)),
        leaves=tuple(_leaves(program))[:MAX_LEAVES] if program is not None else (),
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


class _Rule(msgspec.Struct, frozen=True):
    """A rule with the directives it inherits."""

    block: Block
    name: str
    parent: str

    def arguments(self, word: str) -> tuple[Argument, ...]:
        found = self.block.directive(word)
        return found.arguments if found is not None else ()


def _inherited(blocks: Sequence[Block]) -> list[_Rule]:
    """Rules by name; `use rule a as b with:` has what it does not say itself from `a` of the same file."""
    found: list[_Rule] = []
    for block in blocks:
        if block.kind in RULES:
            found.append(_Rule(block, block.heads[0] if block.heads else f"line-{block.line}", ""))
            continue
        heads = block.heads
        parent = heads[1] if len(heads) > 1 else ""
        name = heads[heads.index("as") + 1] if "as" in heads[:-1] else parent
        if "*" in heads or not name.isidentifier():
            continue
        above = next((rule.block for rule in found if rule.name == parent and "from" not in heads), None)
        own = {directive.word for directive in block.directives}
        kept = tuple(directive for directive in (above.directives if above else ()) if directive.word not in own)
        origin = f"{heads[heads.index('from') + 1]}.{parent}" if "from" in heads[:-1] else parent
        body = above.body if above and "run" not in own else ""
        found.append(
            _Rule(msgspec.structs.replace(block, directives=(*block.directives, *kept), body=body), name, origin)
        )
    return found


class _File(msgspec.Struct, frozen=True):
    """One file of a rule, under the name it has there."""

    name: str
    found: Found
    line: int


def _files(arguments: Iterable[Argument]) -> list[_File]:
    return [
        _File(argument.name, found, argument.line)
        for argument in arguments
        for found in texts(read_expression(argument.text))
        if found.text
    ]


def _step(rule: _Rule) -> Step:
    block = rule.block
    reads, writes = _files(rule.arguments("input")), _files(rule.arguments("output"))
    settings = {argument.name: texts(read_expression(argument.text)) for argument in rule.arguments("params")}
    named = {"input": reads, "output": writes, "log": _files(rule.arguments("log"))}
    shells = list(_shells(rule, named, settings))
    return Step(
        name=rule.name,
        tool=TOOL,
        line=block.line,
        end_line=block.end_line,
        commands=(*(c for s in shells for c in read_shell(s.text, line=s.line, braces=True)), *_programs(rule)),
        texts=tuple(shell for shell in shells if "${" in shell.text),
        reads=(*(_ref(file, "input") for file in reads), *_environments(rule)),
        writes=(*(_ref(file, "output") for file in writes), *(_ref(file, "log") for file in named["log"])),
        params=tuple(_settings(block)),
        rooted=True,
        uses=tuple(_uses(rule)),
        attrs=pairs(
            [
                ("checkpoint", block.kind == "checkpoint" or None),
                ("conditional", block.nested or None),
                ("parent", rule.parent),
                *(("unknown", f"input:{argument.name or position}") for position, argument in _unknown(rule)),
            ]
        ),
    )


def _ref(file: _File, how: str) -> Ref:
    path = mask(file.found.text)
    attrs = pairs([("name", file.name), ("flag", file.found.flag)])
    kind = "report" if how == "log" else "dataset" if path.startswith("rules.") else kind_of_path(path)
    return Ref(path, kind, how, file.line, "{" in path or path.startswith("rules."), attrs, file.found.sure)


def _unknown(rule: _Rule) -> Iterator[tuple[int, Argument]]:
    for position, argument in enumerate(rule.arguments("input")):
        if not texts(read_expression(argument.text)):
            yield position, argument


# --- what a rule runs ---


def _shells(rule: _Rule, files: dict[str, list[_File]], settings: dict[str, tuple[Found, ...]]) -> Iterator[Text]:
    for argument in rule.arguments("shell")[:1]:
        for found in texts(read_expression(argument.text))[:1]:
            yield Text(mask(_bound(found.text, files, settings)), argument.line)


def _bound(text: str, files: dict[str, list[_File]], settings: dict[str, tuple[Found, ...]]) -> str:
    """The text of `shell:` with `{input.x}` and the like filled in; `{{` is a brace."""

    def fill(match: re.Match[str]) -> str:
        field = match.group(1)
        if field is None:
            return match.group()[0]
        if match.string[match.start() - 1 : match.start()] == "$":
            return match.group()
        base, _, key = re.sub(r"\[['\"]?([^\]'\"]*)['\"]?\]", r".\1", field.partition(":")[0]).partition(".")
        if base in files:
            return _chosen([(file.name, file.found.text) for file in files[base]], key) or match.group()
        if base == "params":
            return (
                _chosen([(name, one.text) for name, found in settings.items() for one in found], key) or match.group()
            )
        if base == "wildcards" and key:
            return f"{{{key}}}"
        if base in _OWN or not base.isidentifier():
            return match.group()
        return f"${{{base}.{key}}}" if key else f"${{{base}}}"

    return _FIELD.sub(fill, text)


def _chosen(named: list[tuple[str, str]], key: str) -> str:
    if key.isdecimal():
        named, key = named[int(key) : int(key) + 1], ""
    found = [text for name, text in named if not key or name == key]
    return " ".join(f"${{{text}}}" if text.startswith("rules.") else text for text in found)


def _programs(rule: _Rule) -> Iterator[Command]:
    """Scripts and notebooks lie beside the file that names them; the body of `run:` is Python."""
    for word in ("script", "notebook"):
        for file in _files(rule.arguments(word))[:1]:
            path = file.found.text
            suffix = path[path.rfind(".") :]
            place = path if is_uri(path) or path.startswith(("/", "{")) else f"{{here}}/{path}"
            exact = "{" not in path
            yield Command((Word(_INTERPRETERS.get(suffix, word)), Word(mask(place), exact)), file.line)
    if rule.block.body:
        line = next(directive.line for directive in rule.block.directives if directive.word == "run")
        yield Command((Word("python"), Word("-")), line, body=mask(textwrap.dedent(rule.block.body)))


def _environments(rule: _Rule) -> Iterator[Ref]:
    for file in _files(rule.arguments("conda")):
        if file.found.text.endswith((".yaml", ".yml")):
            yield Ref(mask(file.found.text), "env", "conda", file.line, "{" in file.found.text)


def _uses(rule: _Rule) -> Iterator[str]:
    for word in ("container", "singularity", "wrapper", "template_engine", "cwl"):
        for file in _files(rule.arguments(word))[:1]:
            yield mask(file.found.text) if word in ("container", "singularity") else f"{word}:{mask(file.found.text)}"


def _settings(block: Block) -> Iterator[Ref]:
    """The keys of the configuration that a rule names."""
    seen: set[str] = set()
    for directive in block.directives:
        for argument in directive.arguments:
            for match in _KEYS.finditer(argument.text):
                key = ".".join(_KEY.findall(match.group(1)))
                if key not in seen:
                    seen.add(key)
                    yield Ref("config", "param", "config", argument.line, attrs=(("keys", key),))


# --- what a file says beside its rules ---

_REFERENCES = {"include": "script", "configfile": "config", "workdir": "dataset", "pepfile": "config"}


def _references(block: Block) -> Iterator[Ref]:
    if block.kind in _REFERENCES:
        for file in _files(block.directives[0].arguments):
            kind = _REFERENCES[block.kind]
            yield Ref(mask(file.found.text), kind, block.kind, file.line, "{" in file.found.text)
    if block.kind in ("module", "subworkflow") and block.heads:
        directive = block.directive("snakefile")
        for file in _files(directive.arguments if directive else ()):
            yield Ref(mask(file.found.text), "script", "module", file.line, "{" in file.found.text, (("name", block.heads[0]),))  # fmt: skip


def _leaves(program: Program) -> Iterator[Leaf]:
    yield from _constants(program.scopes[0].body, 0)
    for scope in program.scopes:
        if scope.kind == "function" and scope.parent == 0:
            for number, found in enumerate(returned(scope.body, (param.name for param in scope.params))):
                yield Leaf(f"{scope.name}().{number}", mask(found.text), "str", scope.line)


def _constants(body: tuple[Stmt, ...], depth: int) -> Iterator[Leaf]:
    for statement in body:
        if isinstance(statement, If) and depth < 3:
            yield from _constants((*statement.body, *statement.orelse), depth + 1)
        elif isinstance(statement, Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], Name):
            yield from _constant(statement.targets[0].id, statement.value, statement.line)


def _constant(name: str, value: Expr | None, line: int) -> Iterator[Leaf]:
    if isinstance(value, Table):
        for key, part in zip(value.keys, value.values, strict=True):
            for word in texts(key)[:1]:
                text = next((one.text for one in texts(part)), "")
                yield Leaf(f"{name}.{word.text}", mask(text), "str", line)
        return
    found = texts(value)
    single = len(found) == 1 and not isinstance(value, Group)
    for number, one in enumerate(found):
        yield Leaf(name if single else f"{name}.{number}", mask(one.text), "str", line)


READER = Reader(name=TOOL, names=("Snakefile", "snakefile", "*.smk"), read=over_text(read))
LIKE = Reader(
    name=TOOL,
    names=("Snakefile*", "*.snakefile", "*.Snakefile"),
    read=over_text(read),
    sniff=having(rb"^[ \t]*(?:(?:rule|checkpoint)\b[^\n:]*:|include:|use rule |module \w+:)"),
)
