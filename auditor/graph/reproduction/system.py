"""What commands take from the system: packages of apt and its like, and folders outside the repository on the way of imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.graph.world import World
from auditor.model.facts import Step
from auditor.model.regex import regex

_MANAGERS = frozenset({"apt", "apt-get", "aptitude", "dnf", "yum", "apk", "pacman", "zypper"})
_OF_PYTHON = regex(r"(?:python[23]?|py3)-([a-z][\w.+-]*)")
_OTHERWISE = {
    "opencv": "opencv-python",
    "pil": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Packages of systems that are called neither like what pip installs nor like what is imported."""
_OUTSIDE = regex(
    r"(?:^|:)(?:/usr/|/opt/|\{(?!(?:HOME|PYTHONPATH|PROJECT|REPO|WORK|ROOT|BASE|SRC|CODE|DIR)\w*\})[A-Z]\w+\}/)"
)
"""An entry of `PYTHONPATH` that lies neither in the repository nor where somebody has it: `/usr/share/…`, `$TOOL_HOME/python`."""


def from_system(words: Sequence[str]) -> Iterator[str]:
    """What the packages for Python that a command installs into the system are called for pip, or imported as."""
    if not _MANAGERS.isdisjoint(words[:2]):
        found = (_OF_PYTHON.fullmatch(word) for word in words)
        yield from (_OTHERWISE.get(each[1], each[1]) for each in found if each)


def cloned(step: Step) -> Iterator[str]:
    """The repositories that a step clones, where it installs from a folder: they are called as what they bring."""
    said = [[word.text for word in command.words] for command in step.commands]
    if any(("install" in words and {".", "./"} & set(words)) or "setup.py" in words for words in said):
        for words in said:
            urls = (word for word in words if "/" in word or ":" in word) if words[:2] == ["git", "clone"] else ()
            yield from (url.rstrip("/").rpartition("/")[2].removesuffix(".git") for url in urls)


def looks_outside(world: World) -> bool:
    """Whether some command lets imports look in a folder that a tool of the system brings; what lies there, nobody can see."""
    return any(
        word.text.startswith("PYTHONPATH=") and _OUTSIDE.search(word.text.partition("=")[2])
        for step in world.steps.all
        for command in step.step.commands
        for word in command.words
    )
