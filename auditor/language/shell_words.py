"""Expansion of one shell word: quotes, variables, substitutions.

Inside the shell reader a text is in its *inner form*: a hole is a mark that no lexer trips over, and SPLIT separates
the words that an unquoted expansion falls into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from auditor.language.credentials import mask
from auditor.language.shell_paths import HOLE_END, HOLE_START, SPLIT, computed, cut
from auditor.model.facts import Word
from auditor.model.regex import regex

MAX_WORDS = 200
MAX_WORD = 20_000

_MARK = regex(f"{HOLE_START}(\\d+){HOLE_END}")
_PLAIN = regex(r"[^'\"\\$`]+")
_QUOTED = regex(r"[^\"\\$`]+")
_UNEXPANDED = regex(r"[^\\$`]+")
_SPECIAL = regex(r"['\"\\$`]|[<>]\(")
_QUOTED_WHOLE = regex(r"\"([^\"\\$`]*)\"|'([^']*)'")
_NAME = regex(r"[A-Za-z_]\w*|[0-9@*#?$!-]")
_PART = r"([^'\"\\$`<>]++)|\$\{(\w+)\}|\$([A-Za-z_]\w*|[0-9@*#?!-])"
_PARTS = regex(_PART)
_ONLY_PARTS = regex(rf"(?>(?:{_PART})*)")
_UNTELLING = regex(r"[^\\'\"(){}]*+")  # what opens and closes nothing
_BLANKS = regex(r"\s+")
_PARAMETER = regex(r"(!?)(\w+|[@*#?$!-])(?:\[([^\]]*)\])?(.*)", re.DOTALL)
# what these hold is known wherever the text runs
_FOLDERS = {"github.workspace": "root", "GITHUB_WORKSPACE": "root", "CI_PROJECT_DIR": "root", "BUILD_SOURCESDIRECTORY": "root",
            "Build.SourcesDirectory": "root", "BASH_SOURCE": "0", "github.action_path": "here",
            "GITHUB_ACTION_PATH": "here"}  # fmt: skip
_BRACE_LIST = regex(r"(?<!\$)\{([^{}\s'\"`$]*,[^{}\s'\"`$]*|-?\d{1,6}\.\.-?\d{1,6})\}")


class Holes:
    """The holes of one shell text by number."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def mark(self, name: str) -> str:
        """The inner form of a hole of this name."""
        self.names.append(_plain(name))
        return f"{HOLE_START}{len(self.names) - 1}{HOLE_END}"

    def word(self, text: str) -> Word:
        """A text of the inner form as it is handed out."""
        if HOLE_START not in text:
            return exact_word(text)
        text = _MARK.sub(lambda match: "{" + self.name(match.group(1)) + "}", text)
        return Word(mask(text.replace(SPLIT, " ")), exact=False)

    def program(self, text: str) -> str:
        """A program text of the inner form as it is handed out: braces mean something in it, so its holes are `⟦name⟧`."""
        return _MARK.sub(lambda match: f"⟦{self.name(match.group(1))}⟧", text).replace(SPLIT, " ")

    def name(self, number: str) -> str:
        """The name of a hole; a mark that the text itself spelt has none."""
        index = int(number[:9])
        return self.names[index] if index < len(self.names) else "?"

    def is_question(self, text: str) -> bool:
        """Whether a text is one hole that a command's output would fill."""
        found = _MARK.fullmatch(text)
        return found is not None and " " in self.name(found.group(1))

    def is_hole(self, text: str, name: str) -> bool:
        """Whether a text is one hole of this name."""
        found = _MARK.fullmatch(text)
        return found is not None and self.name(found.group(1)) == name


_SHORT = 100  # a repository says few short words, many times over


def exact_word(text: str) -> Word:
    """A text without holes as it is handed out."""
    return _short_word(text) if len(text) < _SHORT else Word(mask(text.replace(SPLIT, " ")))


@lru_cache(maxsize=4_096)
def _short_word(text: str) -> Word:
    return Word(mask(text.replace(SPLIT, " ")))


@lru_cache(maxsize=1_024)
def _plain(name: str) -> str:
    """What a hole is called."""
    plain = re.sub(r"[\s{}]+", " ", _MARK.sub("…", name)).strip()[:60] or "?"
    return _FOLDERS.get(plain, plain)


def expand_word(
    raw: str, variables: Mapping[str, str], holes: Holes, cwd: str | None, *, split: bool = True
) -> list[str]:
    """The words that one word as written becomes, in the inner form; one word at most where `split` is off."""
    if is_literal(raw):
        return [raw]
    quoted = _QUOTED_WHOLE.fullmatch(raw)
    if quoted is not None and SPLIT not in raw:
        return [(quoted[1] or quoted[2] or "")[:MAX_WORD]]
    parts = _parts(raw)
    if parts is None:
        text = _Expansion(raw, variables, holes, cwd).text()[:MAX_WORD]
    else:
        text = _put_together(parts, variables, holes, quoted=raw[0] == '"')[:MAX_WORD]
    if not split:
        return [text.replace(SPLIT, " ") if not text.endswith(SPLIT) else text]
    if SPLIT not in text:
        return [text] if text or "'" in raw or '"' in raw else []
    return [word for word in text.split(SPLIT) if word][:MAX_WORDS]


@lru_cache(maxsize=1_024)
def _parts(raw: str) -> list[tuple[str, str, str]] | None:
    """A word of texts and names, quoted as a whole or not at all: the text or, in one of two spellings, the name of each part.

    None for any other word. Loops and functions expand the same words many times.
    """
    inside = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw
    return _PARTS.findall(inside) if _ONLY_PARTS.fullmatch(inside) and "PWD" not in inside else None


def _put_together(
    parts: list[tuple[str, str, str]], variables: Mapping[str, str], holes: Holes, *, quoted: bool
) -> str:
    made: list[str] = []
    for text, braced, bare in parts:
        name = braced or bare
        if name:
            value = variables.get(name)
            value = holes.mark(name) if value is None else value
            made.append(value if quoted else _fallen_apart(value))
        else:
            made.append(text)
    return "".join(made)


def is_literal(raw: str) -> bool:
    """Whether nothing in a text as written is quoted or expanded."""
    return _SPECIAL.search(raw) is None


def brace_lists(raw: str) -> list[str]:
    """`a/{b,c}` and `{1..3}` as the words they stand for, at most 200."""
    if "'" in raw or '"' in raw or ("," not in raw and ".." not in raw):
        return [raw]
    words = [raw]
    for _ in range(3):
        grown = [made for word in words for made in _one_list(word)]
        if len(grown) == len(words) or len(grown) > MAX_WORDS:
            return words
        words = grown
    return words


def _one_list(word: str) -> list[str]:
    found = _BRACE_LIST.search(word)
    if found is None:
        return [word]
    inside = found.group(1)
    if "," in inside:
        items = inside.split(",")
    else:
        first, last = (int(end) for end in inside.split(".."))
        step = 1 if last >= first else -1
        items = [str(number) for number in range(first, last + step, step)[: MAX_WORDS + 1]]
    return [word[: found.start()] + item + word[found.end() :] for item in items]


def expand_document(raw: str, variables: Mapping[str, str], holes: Holes, cwd: str | None) -> str:
    """A here-document whose end is not quoted: what a dollar or a backquote begins is expanded, lines stay what they are."""
    if "$" not in raw and "`" not in raw and "\\" not in raw:
        return raw
    return _Expansion(raw, variables, holes, cwd).document()


class _Expansion:
    """One pass over a word."""

    def __init__(self, raw: str, variables: Mapping[str, str], holes: Holes, cwd: str | None, depth: int = 0) -> None:
        self.raw = raw
        self.variables = variables
        self.holes = holes
        self.cwd = cwd
        self.depth = depth
        self.at = 0

    def text(self) -> str:
        made: list[str] = []
        raw = self.raw
        while self.at < len(raw):
            char = raw[self.at]
            if raw.startswith(("<(", ">("), self.at):
                self.at += 1
                made.append(self.holes.mark(self.balanced("(", ")")))
            elif char == "'":
                made.append(self.until("'"))
            elif char == '"':
                made.append(self.quoted())
            elif char == "\\":
                made.append(raw[self.at + 1 : self.at + 2].replace("\n", ""))
                self.at += 2
            elif char == "$":
                ansi = raw.startswith("$'", self.at)
                made.append(self.dollar() if ansi else _fallen_apart(self.dollar()))
            elif char == "`":
                made.append(self.substitution(self.until("`")))
            else:
                made.append(self.plain())
        return "".join(made)

    def plain(self) -> str:
        found = _PLAIN.match(self.raw, self.at)
        end = found.end() if found else self.at + 1
        for opening in ("<(", ">("):
            position = self.raw.find(opening, self.at, end + 1)
            end = position if position > self.at else end
        text = self.raw[self.at : end]
        self.at = end
        return text

    def until(self, quote: str) -> str:
        end = self.raw.find(quote, self.at + 1)
        end = len(self.raw) if end < 0 else end
        text = self.raw[self.at + 1 : end]
        self.at = end + 1
        return text

    def quoted(self) -> str:
        made: list[str] = []
        self.at += 1
        while self.at < len(self.raw) and (char := self.raw[self.at]) != '"':
            if char == "\\" and self.at + 1 < len(self.raw):
                follower = self.raw[self.at + 1]
                made.append("" if follower == "\n" else follower if follower in '$`"\\' else char + follower)
                self.at += 2
            elif char == "$":
                made.append(self.dollar())
            elif char == "`":
                made.append(self.substitution(self.until("`")))
            else:
                found = _QUOTED.match(self.raw, self.at)
                made.append(found[0] if found else char)
                self.at += len(made[-1])
        self.at += 1
        return "".join(made)

    def document(self) -> str:
        made: list[str] = []
        while self.at < len(self.raw):
            char = self.raw[self.at]
            if char == "\\":
                follower = self.raw[self.at + 1 : self.at + 2]
                made.append(follower if follower and follower in "$`\\" else char + follower)
                self.at += 2
            elif char == "$":
                made.append(self.dollar().replace(SPLIT, " "))
            elif char == "`":
                made.append(self.substitution(self.until("`")))
            else:
                found = _UNEXPANDED.match(self.raw, self.at)
                made.append(found[0] if found else char)
                self.at += len(made[-1])
        return "".join(made)

    def dollar(self) -> str:
        """What stands at a dollar sign."""
        self.at += 1
        follower = self.raw[self.at : self.at + 1]
        if follower == "{":
            return self.parameter(self.balanced("{", "}"))
        if follower == "(":
            arithmetic = self.raw.startswith("((", self.at)
            inside = self.balanced("(", ")")
            return self.holes.mark(inside.strip("()")) if arithmetic else self.substitution(inside)
        if follower == "'":
            return _ansi(self.until("'"))
        found = _NAME.match(self.raw, self.at)
        if found is None:
            return "$"
        self.at = found.end()
        return self.variable(found.group())

    def balanced(self, opening: str, closing: str) -> str:
        """The text inside a bracket that opens here; quotes in it are respected."""
        start, level, quote = self.at + 1, 0, ""
        while self.at < len(self.raw):
            self.at = _UNTELLING.match(self.raw, self.at).end()  # type: ignore[union-attr]  # matches ""
            char = self.raw[self.at : self.at + 1]
            self.at += 1
            if char == "\\" and quote != "'":
                self.at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == opening:
                level += 1
            elif char == closing:
                level -= 1
                if level == 0:
                    return self.raw[start : self.at - 1]
        return self.raw[start:]

    def variable(self, name: str) -> str:
        if name == "PWD" and name not in self.variables:
            return self.here()
        value = self.variables.get(name)
        return self.holes.mark(name) if value is None else value

    def here(self) -> str:
        """The folder that the shell is in."""
        if self.cwd is None:
            return self.holes.mark("PWD")
        for name in ("here", "root"):
            if self.cwd.startswith(f"{{{name}}}"):
                return self.holes.mark(name) + self.cwd.removeprefix(f"{{{name}}}")
        if self.cwd.startswith(("/", "~")):
            return self.cwd
        return self.holes.mark("start") + (f"/{self.cwd}" if self.cwd else "")

    def parameter(self, inside: str) -> str:
        """`${…}`: a variable, its default, what an operation on it makes, or a hole."""
        if inside == "(%):-%x":  # zsh: the script itself
            return self.holes.mark("0")
        found = _PARAMETER.fullmatch(inside)
        if found is None or found.group(1) or inside.startswith("#"):
            return self.holes.mark(inside)
        name, index, rest = found.group(2), found.group(3), found.group(4)
        value = self.variables.get(name)
        if rest.startswith((":-", "-", ":=", "=")):
            return value if value is not None else self.nested(rest.lstrip(":").removeprefix("-").removeprefix("="))
        if index not in (None, "@", "*") and value is not None:
            return self.holes.mark(name)
        if rest:
            made = cut(self.variable(name), rest, self.holes)
            return self.holes.mark(name) if made is None else made
        return self.variable(name)

    def nested(self, raw: str) -> str:
        if self.depth >= 10:
            return self.holes.mark("…")
        return _Expansion(raw, self.variables, self.holes, self.cwd, self.depth + 1).text()

    def substitution(self, inside: str) -> str:
        """`$(…)`: never run; what only computes a path or counts is computed."""
        made = computed(inside, self.nested, self.here, self.holes)
        return self.holes.mark(inside) if made is None else made


def _fallen_apart(value: str) -> str:
    """An unquoted expansion falls into words at its blanks."""
    return _BLANKS.sub(SPLIT, value)


def _ansi(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match.group(1), match.group(1)), text)
