"""Several texts that run one after the other in one shell, as CI formats write them: a list of lines, each maybe a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from auditor.language.node import Node
from auditor.language.shell import Environment, read_shell
from auditor.model.facts import Command


def read_lines(
    nodes: Iterable[Node], clean: Callable[[str], str] | None = None, environment: Environment = ()
) -> tuple[Command, ...]:
    """The commands of the texts in order; a `cd` in one lasts into the next, and each keeps its line in the document.

    `clean` replaces the templates of the format before the shell is read; it must not change the number of lines.
    `environment` holds the variables that the shell starts with.
    """
    texts: list[str] = []
    lines: list[int] = []
    for node in nodes:
        text = clean(node.raw) if clean is not None else node.raw
        texts.append(text)
        lines += range(node.text_line, node.text_line + text.count("\n") + 1)
    commands = read_shell("\n".join(texts), environment=environment)
    return tuple(msgspec.structs.replace(c, line=lines[min(c.line, len(lines)) - 1]) for c in commands)
