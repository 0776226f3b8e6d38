"""The state of a shell while its text is followed: where it is, what it has assigned, what it has run so far."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from auditor.language.credentials import MASK, is_secret_name, mask, mask_value
from auditor.language.shell_words import SPLIT, Holes, brace_lists, expand_word
from auditor.model.facts import Command, Word

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

MAX_COMMANDS = 2_000
MAX_CALLS = 5  # of functions and inner shells within each other
MAX_BODY = 100_000

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_NOT_COMMANDS = frozenset({"true", ":", "false"})
# inside `$(…)` these only ask; they are no work of the script
_ASKING = _NOT_COMMANDS | frozenset(
    [
        "pwd",
        "dirname",
        "basename",
        "date",
        "readlink",
        "realpath",
        "id",
        "whoami",
        "uname",
        "nproc",
        "hostname",
        "mktemp",
        "echo",
        "printf",
        "which",
        "tput",
    ]
)
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})
_BODY_OPTION = re.compile(r"-[a-zA-Z]*c")


class Draft:
    """A command while its redirections are still being met. Texts are in the inner form, holes as marks."""

    __slots__ = ("assignments", "body", "cwd", "guard", "line", "reads", "words", "writes")

    def __init__(self, words: list[str], line: int, cwd: str | None, *, guard: bool) -> None:
        self.words = words
        self.line = line
        self.cwd = cwd
        self.guard = guard
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.assignments: list[tuple[str, str]] = []
        self.body = ""


class State(ABC):
    """A shell. How a text and a syntax tree are followed is for its heir to say."""

    def __init__(self, *, guard: bool) -> None:
        self.holes = Holes()
        self.variables: dict[str, str] = {}
        self.functions: dict[str, tuple[Syntax, bytes, int]] = {}
        self.called: set[str] = set()
        self.cwd: str | None = ""
        self.folders: list[str | None] = []
        self.drafts: list[Draft] = []
        self.guard = guard
        self.depth = 0
        self.inside = 0  # levels of `$(…)`
        self.source = b""
        self.first = 1

    @abstractmethod
    def text(self, text: str, line: int) -> None:
        """Run a text in the current state."""

    @abstractmethod
    def walk(self, node: Syntax, level: int = 0) -> None:
        """Follow a node of the syntax tree in the order of execution."""

    def uncalled(self) -> None:
        """The bodies of functions that nothing called; another file may source them."""
        for name, (body, source, first) in list(self.functions.items()):
            if name not in self.called:
                self.source, self.first, self.cwd = source, first, ""
                self.walk(body)

    def result(self) -> tuple[Command, ...]:
        """What was run, in order."""
        return tuple(self._finished(draft) for draft in self.drafts[:MAX_COMMANDS])

    def _finished(self, draft: Draft) -> Command:
        return Command(
            words=tuple(_without_secrets([self.holes.word(text) for text in draft.words])),
            line=draft.line,
            cwd=draft.cwd,
            reads=tuple(self.holes.word(text) for text in draft.reads),
            writes=tuple(self.holes.word(text) for text in draft.writes),
            assignments=tuple(
                (name, mask_value(name, self.holes.word(value).text)) for name, value in draft.assignments
            ),
            body=mask(self.holes.word(draft.body[:MAX_BODY]).text) if draft.body else "",
            guard=draft.guard,
        )

    def simple(self, raw_words: list[str], line: int) -> None:
        """One command from its words as written, assignments in front included."""
        assignments: list[tuple[str, str]] = []
        while raw_words and (found := _ASSIGNMENT.match(raw_words[0])):
            assignments.append(
                (found.group(1), self.assign(found.group(1), found.group(3), append=bool(found.group(2)), keep=False))
            )
            raw_words = raw_words[1:]
        if not raw_words:
            for name, value in assignments:
                self.variables[name] = value
            return
        words = [word for raw in raw_words for word in self.expand(raw)]
        if words:
            self.run(words, assignments, line)

    def assign(self, name: str, raw: str, *, append: bool, keep: bool = True) -> str:
        """The value of an assignment as written; it is remembered where `keep` is set."""
        value = SPLIT.join(self.expand(raw, split=False))
        if self.holes.is_question(value):
            value = self.holes.mark(name)  # `X=$(…)` is better known as {X}
        if append:
            value = self.variables.get(name, "") + value
        if keep:
            self.variables[name] = value
        return value

    def expand(self, raw: str, *, split: bool = True) -> list[str]:
        """The words that one written word becomes, in the inner form."""
        pieces = brace_lists(raw) if split and "{" in raw else [raw]
        return [
            word for piece in pieces for word in expand_word(piece, self.variables, self.holes, self.cwd, split=split)
        ]

    def run(self, words: list[str], assignments: list[tuple[str, str]], line: int) -> None:
        """Record a command, or follow what it does to the shell itself."""
        name = words[0]
        if name in ("cd", "pushd"):
            self.go(words[1:], remember=name == "pushd")
        elif name == "popd":
            self.cwd = self.folders.pop() if self.folders else None
        elif name in self.functions and self.depth < MAX_CALLS:
            self.call(name, words[1:])
        elif name not in (_ASKING if self.inside else _NOT_COMMANDS) and len(self.drafts) < MAX_COMMANDS:
            draft = Draft(words, line, self.cwd, guard=self.guard)
            draft.assignments = assignments
            self.drafts.append(draft)
            self.embedded(draft)

    def embedded(self, draft: Draft) -> None:
        """The text of `-c`; that of a shell is read too."""
        tool = draft.words[0].rpartition("/")[2]
        if tool in SHELLS or tool.startswith("python"):
            position = _body_option(draft.words)
            if position and position + 1 < len(draft.words):
                draft.body = draft.words[position + 1]
                if tool in SHELLS:
                    self.inner(draft.body, draft.line)

    def inner(self, text: str, line: int) -> None:
        """Run a text in a shell of its own."""
        if self.depth < MAX_CALLS:
            self.depth += 1
            state = self.cwd, dict(self.variables)
            self.text(text, line)
            self.cwd, self.variables = state
            self.depth -= 1

    def go(self, words: list[str], *, remember: bool) -> None:
        """`cd`: only `{here}` may be a hole in a folder that is known."""
        if remember:
            self.folders.append(self.cwd)
        targets = [word for word in words if not word.startswith("-")]
        if len(targets) != 1:
            self.cwd = None
            return
        target = self.holes.word(targets[0]).text if self.holes.only_here(targets[0]) else None
        if target is None or (self.cwd is None and not target.startswith(("/", "~", "{here}"))):
            self.cwd = None
        elif target.startswith(("/", "~", "{here}")):
            self.cwd = posixpath.normpath(target) if not target.startswith("{here}") else target
        else:
            joined = posixpath.normpath(posixpath.join(self.cwd or "", target))
            self.cwd = "" if joined == "." else joined

    def call(self, name: str, arguments: list[str]) -> None:
        """A function of the text: its body with the arguments bound."""
        body, source, first = self.functions[name]
        self.called.add(name)
        outer = {key: self.variables.pop(key) for key in list(self.variables) if key.isdigit() or key in "@*"}
        numbered = {str(number): value for number, value in enumerate(arguments, 1)}
        self.variables.update(numbered, **{"@": SPLIT.join(arguments), "*": SPLIT.join(arguments)})
        state = self.source, self.first
        self.source, self.first = source, first
        self.depth += 1
        self.walk(body)
        self.depth -= 1
        self.source, self.first = state
        for key in (*numbered, "@", "*"):
            self.variables.pop(key, None)
        self.variables.update(outer)


def _body_option(words: list[str]) -> int:
    """Where `-c` stands among the interpreter's own options (0 = nowhere): behind the script it is the script's."""
    position = 1
    while position < len(words) and words[position].startswith("-"):
        if _BODY_OPTION.fullmatch(words[position]):
            return position
        position += 2 if words[position] in ("-W", "-X", "-o", "-O", "+o") else 1
    return 0


def _without_secrets(words: list[Word]) -> list[Word]:
    """`--token abc`, `--token=abc` and `TOKEN=abc` without the secret."""
    for position, word in enumerate(words):
        option, equals, value = word.text.partition("=")
        if not word.exact or not (equals or option.startswith("-")) or not is_secret_name(option):
            continue
        if equals and value:
            words[position] = Word(f"{option}={mask_value(option, value)}")
        elif (
            not equals
            and position + 1 < len(words)
            and words[position + 1].exact
            and not words[position + 1].text.startswith("-")
        ):
            words[position + 1] = Word(MASK)
    return words
