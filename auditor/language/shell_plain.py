"""Shell text that has only plain commands: most lines do, and they need no real parser."""

from __future__ import annotations

from typing import TypeAlias

from auditor.language.shell_paths import SPLIT
from auditor.model.regex import regex

PlainCommand: TypeAlias = tuple[list[str], int, int]
"""The words of a command as written, the line where it stands, counted from 0, and the offset where it begins."""

_TOKEN = regex(
    r"""(?>(?:[ \t]|\\\n)*)(?:(?P<op>&&|;(?!;))|(?P<line>\n)|(?P<note>\#[^\n]*)|(?P<end>\Z)"""
    r"""|(?P<word>(?>(?:[^\s'"\\$`|<>(){};&]++|'[^']*'|"(?:[^"\\$`]|\$[A-Za-z_]\w*)*"|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\\[^\n])+)))"""
)
_LITERAL = regex(r"(?:[^\s'\"\\$`|<>(){};&#]++|[ \t]++)*+")
_EACH_WHOLE = regex(
    rf"[ \t]*+(?>(?:(?:[^\s'\"\\$`|<>(){{}};&#]++|\"[^\"\\$`\x00-\x1f{SPLIT}]*+\"|'[^'\x00-\x1f{SPLIT}]*+')(?:[ \t]++|(?=;|\Z)))+);?[ \t]*"
)
_WHOLE = regex(r"\"([^\"]*)\"|'([^']*)'|([^ \t;]+)")
_RESERVED = frozenset(
    ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "function", "time", "coproc", "!", "[[", "]]", "export", "declare", "local", "readonly", "typeset", "unset"]
)  # fmt: skip


def literal_words(line: str) -> list[str] | None:
    """The words of a line that is one command without expansions and signs of the shell, quoted as a whole or not at all.

    None for any other line.
    """
    words = line.split() if _LITERAL.fullmatch(line) else _unquoted(line)
    return words if words and words[0] != "[" and words[0] not in _RESERVED else None


def _unquoted(line: str) -> list[str]:
    whole = _WHOLE.findall(line) if _EACH_WHOLE.fullmatch(line) else ()
    return [double or single or bare for double, single, bare in whole]


def plain_commands(text: str) -> list[PlainCommand] | None:
    """The commands of a text that has only plain ones, else None: spares the real parser."""
    made: list[PlainCommand] = []
    words: list[str] = []
    position = line = at = begin = 0
    lines = "\n" in text
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if start != position:
            return None
        kind = token.lastgroup
        if kind == "word":
            word = token["word"]
            if not words:
                if word in _RESERVED:
                    return None
                begin = end - len(word)
                at = line + text.count("\n", position, begin)
            words.append(word)
        elif kind != "note" and words:
            made.append((words, at, begin))
            words = []
        position = end
        if lines:
            line += text.count("\n", start, end)
    if position < len(text):
        return None
    return made if all(words[0] != "[" or _is_plain_test(words) for words, _, _ in made) else None


def _is_plain_test(words: list[str]) -> bool:
    """Whether a test is closed and its words are no more than that: no blanks in them, no brackets of their own."""
    inside = "".join(words[1:-1])
    return words[-1] == "]" and not any(char in "[]" or char.isspace() for char in inside)


def lines_before(text: str, words: list[str], begin: int, number: int) -> int:
    """How many lines of a text end between the beginning of a command and one of its words."""
    position = begin
    for word in words[:number]:
        position = text.index(word, position) + len(word)
    return text.count("\n", begin, text.index(words[number], position))
