"""Shell text that has only plain commands: most lines do, and they need no real parser."""

from __future__ import annotations

from auditor.model.regex import regex

_TOKEN = regex(
    r"""(?P<blank>(?:[ \t]|\\\n)+)|(?P<op>&&|;(?!;))|(?P<line>\n)|(?P<note>\#[^\n]*)"""
    r"""|(?P<word>(?:[^\s'"\\$`|<>(){};&]|'[^']*'|"(?:[^"\\$`]|\$[A-Za-z_]\w*)*"|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\\[^\n])++)"""
)
_RESERVED = frozenset(
    ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "function", "time", "coproc", "!", "[[", "]]", "export", "declare", "local", "readonly", "typeset", "unset"]
)  # fmt: skip


def plain_commands(text: str) -> list[tuple[list[str], int]] | None:
    """Words as written and line offsets of a text that has only plain commands, else None: spares the real parser."""
    made: list[tuple[list[str], int]] = []
    words: list[str] = []
    position = line = at = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        kind = token.lastgroup
        if kind == "word":
            if not words:
                if token.group() in _RESERVED:
                    return None
                at = line
            words.append(token.group())
        elif kind in ("op", "line") and words:
            made.append((words, at))
            words = []
        line += text.count("\n", position, token.end())
        position = token.end()
    if words:
        made.append((words, at))
    return made if all(words[0] != "[" or _is_plain_test(words) for words, _ in made) else None


def _is_plain_test(words: list[str]) -> bool:
    """Whether a test is closed and its words are no more than that: no blanks in them, no brackets of their own."""
    inside = "".join(words[1:-1])
    return words[-1] == "]" and not any(char in "[]" or char.isspace() for char in inside)


def line_of(text: str, words: list[str], at: int, number: int) -> int:
    """The line, counted from 0, of one of the words of a command that begins in line `at` of a text."""
    position = 0
    for _ in range(at):
        position = text.index("\n", position) + 1
    for word in words[:number]:
        position = text.index(word, position) + len(word)
    return text.count("\n", 0, text.index(words[number], position))
