"""In which order documents list the commands that start programs, and programs the numbers in their names."""

from __future__ import annotations

import re
from functools import cached_property

from auditor.graph.world import World
from auditor.model.regex import regex

_STARTED = regex(
    r"\b(?:python3?|jupyter|papermill)(?:[ \t]+[\w=-]{1,40}){0,6}?[ \t]+([\w./*+-]{1,200}\.(?:py|ipynb))\b"
)
"""How a document tells to start a program."""
_NUMBER = regex(r"(\d+)(?=[._ -]?[A-Za-z_ -])")


class Listed:
    """Answers it for a tree. Made once, by `World.once(Listed)`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tells(self, one: str, other: str) -> bool:
        """Whether a document lists a command that starts one program, and below it one that starts another."""
        for words in self._commands:
            first = next((n for n, word in enumerate(words) if _means(word, one)), None)
            if first is not None and any(_means(word, other) for word in words[first + 1 :]):
                return True
        return False

    @cached_property
    def _commands(self) -> list[list[str]]:
        """The programs that each document tells to start, in its order, as they are written."""
        texts: dict[str, list[str]] = {}
        for path, section in self._world.documents.sections:
            texts.setdefault(path, []).append(section.text)
        return [_STARTED.findall("\n".join(each)) for each in texts.values()]


def are_numbered(one: str, other: str) -> bool:
    """Whether two programs of one folder, or the folders beside each other in which they lie, are numbered in this order."""
    first, then = one.split("/"), other.split("/")
    while first and then and first[0] == then[0]:
        first, then = first[1:], then[1:]
    if not first or not then or (len(first) == 1) != (len(then) == 1):
        return False
    numbers = _NUMBER.match(first[0]), _NUMBER.match(then[0])
    return numbers[0] is not None and numbers[1] is not None and int(numbers[0][1]) < int(numbers[1][1])


def _means(word: str, path: str) -> bool:
    """Whether a word of a command means a program: by the end of its path, or a pattern of its folder."""
    told = word.removeprefix("./")
    if "*" not in told:
        return f"/{path}".endswith(f"/{told}")
    return re.search("/" + re.escape(told).replace(r"\*", "[^/]*") + "$", f"/{path}") is not None
