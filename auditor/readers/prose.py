"""Markdown and reStructuredText: sections, and the shell commands that readers are told to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from auditor.language.card import card_of, card_refs
from auditor.language.credentials import mask
from auditor.language.node import ABSENT
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Leaf, Section, Step
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text

MAX_SECTION = 4_000  # characters
MAX_SECTIONS = 500
MAX_BLOCKS = 200
MAX_TEXT = 1_000_000

_FENCE = regex(r"^[ \t>]*(?P<mark>`{3,}|~{3,})[ \t]*\{?\.?(?P<language>[\w+-]*)[^`\n]*$")
_HEADING = regex(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_UNDERLINE = regex(r"^(=+|-+)[ \t]*$")
_RST_LINE = regex(r"^([=\-`:'\"~^_*+#<>.!$%&,/;?@\\|])\1{2,}[ \t]*$")
_RST_CODE = regex(
    r"^(\s*)\.\. (?:code-block|code|sourcecode|prompt)::[ \t]*(bash|sh|shell|console|shell-session)?\b.*$"
)
_FRONT = regex(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_PROMPT = regex(r"^\s*(?:\$|%|>|#|\([\w-]+\)\s*\$)\s(?=\S)")
_COMMAND_START = regex(
    r"\s*(?:\$ )?(?:sudo |[A-Z_]+=\S+ )*(?:python3?|pip3?|conda|mamba|dvc|make|git|docker|docker-compose|poetry|uv|pipenv|cd|bash|sh|mlflow|"
    r"kedro|jupyter|pytest|tox|nox|curl|wget|source|export|mkdir|streamlit|uvicorn|torchrun|accelerate|papermill|snakemake|dbt|airflow|prefect|\./\S+)(?=\s|$)"
)
_SHELLS = frozenset(
    {
        "bash",
        "sh",
        "shell",
        "console",
        "zsh",
        "shell-session",
        "shellsession",
        "terminal",
        "cmd",
        "commandline",
        "powershell",
        "pwsh",
        "ps1",
        "bat",
    }
)


def read_markdown(text: str) -> Facts:
    """Headings with the text under them; fenced shell blocks as one step; front matter as leaves."""
    text = text[:MAX_TEXT]
    lines = text.split("\n")
    front = _FRONT.match(text)
    first = front.group().count("\n") if front else 0
    headings, blocks = _markdown(lines, first)
    return _facts("markdown", lines, headings, blocks, _front_matter(front.group(1)) if front else ())


def read_rst(text: str) -> Facts:
    """Titles with the text under them; shell code blocks as one step."""
    lines = text[:MAX_TEXT].split("\n")
    return _facts("rst", lines, list(_rst_titles(lines)), list(_rst_blocks(lines)), ())


def _facts(
    kind: str,
    lines: list[str],
    headings: list[tuple[str, int, int]],
    blocks: list[tuple[str, int]],
    leaves: tuple[Leaf, ...],
) -> Facts:
    sections = tuple(_sections(lines, headings))
    attrs = card_of(leaves, sections)
    return Facts(
        kind=kind,
        sections=sections,
        steps=tuple(_step(blocks, len(lines))),
        leaves=leaves,
        references=tuple(card_refs(leaves)) if attrs else (),
        attrs=attrs,
    )


def _front_matter(text: str) -> tuple[Leaf, ...]:
    from auditor.language.document import leaves

    documents, _, _ = read_yaml(text)
    root = documents[0] if documents else ABSENT
    return (
        tuple(msgspec.structs.replace(leaf, line=leaf.line + 1) for leaf in leaves(root)) if root.kind == "map" else ()
    )


def _markdown(lines: list[str], first: int) -> tuple[list[tuple[str, int, int]], list[tuple[str, int]]]:
    """Headings as (title, level, index of line) and shell blocks as (text, number of their first line)."""
    headings: list[tuple[str, int, int]] = []
    blocks: list[tuple[str, int]] = []
    fence, language, start = "", "", 0
    for index in range(first, len(lines)):
        line = lines[index]
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            if found and found.group("mark").startswith(fence) and not found.group("language"):
                blocks += _block(lines[start:index], language, start + 1)
                fence = ""
        elif found:
            fence, language, start = found.group("mark"), found.group("language").lower(), index + 1
        elif heading := _HEADING.match(line):
            headings.append((heading.group(2), len(heading.group(1)), index))
        elif (
            index > first
            and _UNDERLINE.match(line)
            and lines[index - 1].strip()
            and not lines[index - 1].lstrip().startswith(("-", "|", ">", "#"))
        ):
            headings.append((lines[index - 1].strip(), 1 if line.startswith("=") else 2, index - 1))
    return headings, blocks


def _block(lines: list[str], language: str, line: int) -> list[tuple[str, int]]:
    if language not in _SHELLS and (language or not any(_COMMAND_START.match(text) for text in lines)):
        return []
    if any(text.lstrip().startswith((">>>", "├", "└", "│")) for text in lines):
        return []
    return [(_unprompted(lines), line)]


def _unprompted(lines: list[str]) -> str:
    """A session without its prompts; where there are prompts, other lines are what the commands printed."""
    prompts = [bool(re.match(r"\s*(?:\$|%|\([\w-]+\)\s*\$)\s", line)) for line in lines]
    if not any(prompts):
        return "\n".join(lines)
    made, continued = [], False
    for line, prompt in zip(lines, prompts, strict=True):
        made.append(_PROMPT.sub("", line) if prompt else line if continued else "")
        continued = (prompt or continued) and line.rstrip().endswith("\\")
    return "\n".join(made)


def _sections(lines: list[str], headings: list[tuple[str, int, int]]) -> Iterator[Section]:
    ends = [*(index for _, _, index in headings), len(lines)]
    if not headings or headings[0][2] > 0:
        yield from _section("", 0, lines[: ends[0]], 1)
    for (title, level, index), (_, end) in zip(headings[:MAX_SECTIONS], pairwise(ends), strict=False):
        yield from _section(title, level, lines[index + 1 : end], index + 1)


def _section(title: str, level: int, lines: list[str], line: int) -> Iterator[Section]:
    text = mask("\n".join(lines).strip())[:MAX_SECTION]
    if title or text:
        yield Section(mask(title)[:200], level, line, text)


def _step(blocks: list[tuple[str, int]], end: int) -> Iterator[Step]:
    commands: list[Command] = []
    for text, line in blocks[:MAX_BLOCKS]:
        commands += [command for command in read_shell(text, line=line) if command.words]
    if commands:
        yield Step("commands", "readme", commands[0].line, end, tuple(commands[:2_000]))


def _rst_titles(lines: list[str]) -> Iterator[tuple[str, int, int]]:
    levels: list[str] = []
    for index in range(1, len(lines)):
        line, title = lines[index], lines[index - 1]
        if (
            _RST_LINE.match(line)
            and title.strip()
            and not _RST_LINE.match(title)
            and len(line.rstrip()) >= len(title.strip()) - 1
            and not title.startswith((" ", "\t"))
        ):
            if line[0] not in levels:
                levels.append(line[0])
            yield title.strip(), levels.index(line[0]) + 1, index - 1


def _rst_blocks(lines: list[str]) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(lines):
        found = _RST_CODE.match(line)
        if found is None or not found.group(2):
            continue
        end = index + 1
        while end < len(lines) and (
            not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > len(found.group(1))
        ):
            end += 1
        body = ["" if re.match(r"\s+:\w+:", text) else text.strip() for text in lines[index + 1 : end]]
        yield _unprompted(body), index + 2


MARKDOWN = Reader(name="markdown", names=("*.md", "*.MD", "*.Md", "*.markdown", "*.mdx"), read=over_text(read_markdown))
RST = Reader(name="rst", names=("*.rst",), read=over_text(read_rst))
PLAIN = Reader(name="markdown", names=("README", "README.txt", "readme.txt"), read=over_text(read_markdown))
