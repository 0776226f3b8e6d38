"""Questions about experiments left behind: code that was commented out, branches and options that nothing takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.ir import Attr, Call, Const, If, Name, Program
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.code import Code, Frame, Local, Options
from auditor.program.naming.scopes import last_name
from auditor.program.naming.words import records

LONG = 5
"""Lines of comments in a row from which they are code that was put away."""

_CODE = regex(
    r"^(?:(?:import|from)\s+[\w.]+|(?:def|class)\s+\w+.*:$|(?:for|while|with|if|elif)\s.*:$|(?:else|try|finally):$|except\b.*:$"
    r"|return\b.*[\w)\]]$|raise\s+\w+|@\w[\w.]*(?:\(.*\))?$|[\w.\[\]'\",\s]+\s(?:=|\+=|-=)\s\S.*|[\w.]+\(.*\)?,?$|[\w.]+\($|[)\]}],?$|['\"][^'\"]*['\"]\s*:.*,$)"
)
_SAMPLE = regex(r"^[A-Z][A-Z\d_]+\s*=[^=]")
"""Settings that a tool's own template shows in comments."""
_PROSE = regex(r"^(?:e\.g\.|i\.e\.|note|todo|usage|example|see |this |the )|[.!?]$", re.I)
_EXAMPLE = regex(r"^\W*(?:\w+\s+){0,2}?(?:e\.?g|examples?|ejemplos?|exemples?|exemplos?|beispiele?|esempio?|voorbeeld(?:en)?|примеры?|例|예시)\b(?:\s+\w+){0,3}\s*[:.…]*$", re.I)  # fmt: skip
"""A line that says of what stands below it that it is an example, in the languages that many comments are written in."""
HEADED = 2
"""Lines above a block, one of which may be empty, in which its head stands."""
_MARKED = regex(r"^(?:%%|!|type:|noqa|pylint|fmt:|region|endregion|---|===|###)")


class Buried(msgspec.Struct, frozen=True):
    """Something of an experiment that is left. `kind` is `comment`, `branch` or `option`; `lines` are those it takes."""

    kind: str
    place: Place
    says: str
    lines: int


def buried(world: World, owned: Callable[[str], bool]) -> tuple[list[Buried], int]:
    """What is left of experiments in a component's product code, and its number of lines; notebooks are left out."""
    found: list[Buried] = []
    lines = 0
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path) and not path.endswith(".ipynb"):
            lines += world.resolved.code.programs[path].logical
            found += world.seen(BURIED, path)
    found += _options(world, owned)
    return found, lines


def _buried(world: Sight, path: str) -> tuple[Buried, ...]:
    program = world.resolved.code.programs[path]
    if not places.is_product(path) or path.endswith(".ipynb"):
        return ()
    comments = _comments(path, program) if _has_block(program) else ()
    branches = _branches(path, program) if world.resolved.code.words(path).never else ()
    return (*comments, *branches)


BURIED = Look("buried", _buried, tuple[Buried, ...])
"""The code that was put away in comments, and the branches of a program that are never taken."""


def _has_block(program: Program) -> bool:
    """Whether so many lines in a row are comments that they may be code that was put away."""
    lines = [comment.line for comment in program.comments if comment.alone]
    return any(last - first == LONG - 1 for first, last in zip(lines, lines[LONG - 1 :], strict=False))


def _comments(path: str, program: Program) -> Iterator[Buried]:
    """Runs of comment lines most of which are statements."""
    run: list[tuple[int, str]] = []
    example = -HEADED  # the line of the last head
    for comment in (*program.comments, None):
        if comment is not None and comment.alone and (not run or comment.line == run[-1][0] + 1):
            run.append((comment.line, comment.text.lstrip("#").strip()))
            continue
        headed = bool(run) and (run[0][0] - example <= HEADED or _is_example(run[0][1]))
        if len(run) >= LONG and not headed and _is_code([text for _, text in run]):
            yield Buried(
                "comment", Place(path, run[0][0], run[-1][0]), f"{len(run)} lines of code in comments", len(run)
            )
        if run and _is_example(run[-1][1]):
            example = run[-1][0]
        run = [(comment.line, comment.text.lstrip("#").strip())] if comment is not None and comment.alone else []


def _is_example(text: str) -> bool:
    return bool(_EXAMPLE.search(text)) and not _CODE.match(text)


def _is_code(texts: list[str]) -> bool:
    if any(_SAMPLE.match(text) for text in texts):
        return False
    said = [text for text in texts if text and not _MARKED.match(text)]
    code = sum(bool(_CODE.match(text)) and not _PROSE.search(text) for text in said)
    return len(said) >= LONG - 1 and code >= 0.6 * len(said) and code >= LONG - 1


def _branches(path: str, program: Program) -> Iterator[Buried]:
    """`if False:` and `if 0:`."""
    for scope in program.scopes:
        for node in records(scope.body):
            if type(node) is If and type(node.test) is Const and not node.test.value and node.body:
                yield Buried(
                    "branch", Place(path, node.line), f"a branch that is never taken (if {node.test.value})", 1
                )


def _options(world: World, owned: Callable[[str], bool]) -> Iterator[Buried]:
    """Options of a command line that are parsed and never looked at, where the parsed options are not handed on whole."""
    used = world.once(_attributes)
    lines = world.resolved.evaluator.options
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path) or path.endswith(".ipynb") or not _parses_itself(world, path):
            continue
        declared = [o for o in lines.of_program(path) if o.flags and o.path == path and o.dest.lower() not in used]
        if declared and not _handed_on(world, path):
            for option in declared:
                yield Buried(
                    "option", Place(path, option.line), f"option {option.flags[0]} is parsed and never looked at", 1
                )


def _parses_itself(world: World, path: str) -> bool:
    return "parse_args" in world.resolved.code.words(path).members and any(
        type(call.func) is Attr and call.func.name == "parse_args" for _, call in world.resolved.code.calls(path)
    )


def _handed_on(world: World, path: str) -> bool:
    """Whether parsed options go somewhere whole: `vars(args)`, `f(args)` of a library, `**…`, into an object or out of a function."""
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    for number in code.scopes(path):
        for site in code.index(path, number).calls:
            frame = Frame(path, number, block=site.block)
            for value in (*site.call.args, *(v for _, v in site.call.keywords)):
                if type(value) in (Name, Attr) and type(denoter.denote(value, frame)) is Options:
                    callee = denoter.denote(site.call.func, frame)
                    if type(callee) is not Local or callee.path != path:
                        return True
                if type(value) is Call and last_name(value.func) == "vars":
                    return True
            if last_name(site.call.func) in ("vars", "setattr", "getattr", "asdict"):
                return True
    return False


def _attributes(world: World) -> frozenset[str]:
    """Every attribute, keyword, parameter and subscript that any program names."""
    code = world.resolved.code
    return frozenset[str]().union(*(code.of_program(path, _named, frozenset[str]) for path in code.paths))


def _named(code: Code, path: str) -> frozenset[str]:
    words = code.words(path)
    texts = (text for text in words.said if text.isidentifier())
    params = (param.name for scope in code.programs[path].scopes for param in scope.params)
    return frozenset(name.lower() for name in (*words.members, *texts, *params))
