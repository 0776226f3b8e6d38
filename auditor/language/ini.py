"""INI files and dotenv files with lines."""

from __future__ import annotations

import re

from auditor.language.node import MapNode, Node, scalar
from auditor.model.facts import Trouble
from auditor.model.regex import regex

_SECTION = regex(r"\[(?P<name>.+)\]")
_OPTION = regex(r"([^\s:=#;\[][^:=]*?)\s*(?:[:=]|$)")
_COMMENT = regex(r"^[ \t]*[#;][^\n]*", re.M)
_DOTENV = regex(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$")


def read_ini(text: str) -> tuple[Node | None, tuple[Trouble, ...]]:
    """Sections as maps of texts, in file order; names lose the quotes around them (`['remote "x"']`)."""
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, default_section="\0none")
    parser.optionxform = str  # type: ignore[method-assign, assignment]  # the documented way to keep case
    try:
        parser.read_string(_COMMENT.sub("", text))  # else values of several lines lose the count of their lines
    except AttributeError:  # the parser's own failure, where a line goes on behind a name without a value
        return None, (Trouble(None, "INI: a value without a name", "invalid"),)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next((number for number, _ in getattr(error, "errors", ())), None)
        return None, (Trouble(line, f"INI: {type(error).__name__}", "invalid"),)
    sections, options = _lines(text)
    root = MapNode(1, text.count("\n") + 1)
    for section in parser.sections():
        at = sections.get(section, 0)
        made = MapNode(at, at)
        for key, value in parser.items(section):
            line = options.get((section, key), at)
            made.put(key, scalar(value, line), line)
            made.end_line = max(made.end_line, line)
        root.put(_unwrapped(section), made, at)
    return root, ()


def read_dotenv(text: str) -> Node:
    """`NAME=value` lines as a map of texts; other lines are passed over."""
    root = MapNode(1, text.count("\n") + 1)
    for number, line in enumerate(text.split("\n"), 1):
        found = _DOTENV.match(line)
        if found and not line.lstrip().startswith("#"):
            root.put(found.group(1), scalar(_unquoted(found.group(2)), number), number)
    return root


def _unwrapped(section: str) -> str:
    return section[1:-1] if len(section) > 1 and section[0] == section[-1] and section[0] in "\"'" else section


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return re.sub(r"\s+#.*$", "", value)


def _lines(text: str) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    sections: dict[str, int] = {}
    options: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _SECTION.match(line.strip()):
            section = header.group("name")
            sections.setdefault(section, number)
        elif option := _OPTION.match(line.strip()):
            options.setdefault((section, option.group(1)), number)
    return sections, options
