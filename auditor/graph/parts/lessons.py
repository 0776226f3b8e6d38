"""Notebooks that are there to be learnt from: what their names, their headings and the blanks that they leave tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.model.facts import Facts, Heading
from auditor.model.regex import regex

_NAMED = regex(
    r"(?<![a-z])(?:hw|home-?work|assignments?|exercises?|lectures?|quiz(?:zes)?|labs?|lessons?|tutorials?|workshop|walk-?through)\d*(?![a-z])",
)
"""Words in the name of a notebook, in small letters, for what is given to people who learn."""
_NAMED_SO_TOO = regex(
    r"(?<![a-z])(?:demos?|deep-?dive|in-?depth|case-?stud(?:y|ies)|in-?class|from-?scratch|by-?hand)(?![a-z])"
)
_HEADED = regex(
    r"^\W*(?:\d+(?:\.\d+)*\W*)?(?:learning (?:objectives?|goals?|outcomes?)|(?:programming )?(?:exercises?|excercises?|home-?work|assignments?|quiz)"
    r"(?:\b.{0,4}\d|\W*$|\s?[:.–—-])|home-?work problems?\b|lectures? \d|lab \d|what (?:to submit|you(?:'ll| will) learn|we learned)|check your understanding|"
    r"discussion questions?|(?:other )?things to try|your turn|specific requirements)",
)
_HEADED_SO_TOO = regex(
    r"^\W*(?:attribution|in this (?:notebook|lesson|tutorial|lab)|demo\W|demonstration\W|.{0,40}\bin depth)"
)
_BLANK = regex(
    r"^#+\s*(?:[a-z_][\w.\[\], '\"]*(?:\([\w, .]*\))?\s*=\s*(?:\.\.\.|…|\?+|_+)?\s*$"
    r"|.{0,30}\b(?:your code|todo:? students?|fill (?:in|me)|(?:write|insert|put|add) (?:your|the) (?:code|answer|solution))\b)",
)
"""A comment that leaves something to be written: `# x = ...`, `# YOUR CODE HERE`."""

_MISTAKE = regex(
    r"^\W*(?:\d+(?:\.\d+)*\W*)?(?:(?:a|an|the|common|typical|classic|possible|frequent)\s+)*"
    r"(?:mistakes?|pitfalls?|anti-?patterns?|counter-?examples?|bad (?:examples?|practices?|ideas?))\b"
    r"|\b(?:how not to|what not to do|(?:the )?wrong way|wrong approach|(?:incorrect|wrong|leaky|biased)(?:ly)? (?:way|approach|split|validation|evaluation|cross-validation|cv|pipeline|method))\b"
    r"|\b(?:an? )?example of (?:an? )?(?:mistake|(?:data |target )?leak\w*)\b",
)
_MENDED = regex(r"\b(?:fix|correct|clean|remov|handl|replac|drop|repair|avoid|without|prevent|solv|resolv)\w*")

FEW = 3
"""From so many notebooks of a kind on they are no single sheet of homework in a product."""


def above(headings: Iterable[Heading], line: int) -> list[str]:
    """The titles of the sections that a line of a notebook's program stands in, the widest first."""
    stack: list[Heading] = []
    for each in headings:
        if each.line > line:
            break
        stack = [*(outer for outer in stack if outer.level < each.level), each]
    return [each.title for each in stack]


def shows_mistake(titles: Iterable[str]) -> bool:
    """Whether a heading says that what stands under it is done wrong on purpose."""
    return any(_MISTAKE.search(low) and not _MENDED.search(low) for low in map(str.lower, titles))


def blanks(facts: Facts) -> int:
    """How many lines of a notebook are left to be written by whoever reads it."""
    comments = facts.program.comments if facts.program is not None else ()
    return sum(each.alone and _BLANK.match(each.text.lower()) is not None for each in comments)


def assigned(path: str, facts: Facts) -> bool:
    """Whether a notebook is plainly for people who learn: by its name, a heading, or several blanks."""
    titles = [each.title.lower() for each in facts.headings]
    return _NAMED.search(_name(path)) is not None or any(map(_HEADED.search, titles)) or blanks(facts) >= 2


def lessons(files: Sequence[tuple[str, Facts]]) -> int:
    """How many of the notebooks of a component are lessons; 0 where several of them are not plainly so."""
    plain = [(path, facts) for path, facts in files if assigned(path, facts)]
    return sum(_may_teach(path, facts) for path, facts in files) if len(plain) >= FEW else 0


def _may_teach(path: str, facts: Facts) -> bool:
    titles = [each.title.lower() for each in facts.headings]
    return (
        assigned(path, facts)
        or _NAMED_SO_TOO.search(_name(path)) is not None
        or any(map(_HEADED_SO_TOO.search, titles))
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".ipynb").lower().replace("_", "-").replace(" ", "-")
