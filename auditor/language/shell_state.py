"""The state of a shell while its text is followed: where it is, what it has assigned, what it has run so far."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Callable

from auditor.language.containers import is_engine, read_container
from auditor.language.credentials import MASK, is_secret_name, mask, mask_value
from auditor.language.prefixes import SHELLS, find_start, is_python, tool_of
from auditor.language.shell_paths import SPLIT
from auditor.language.shell_tree import Syntax
from auditor.language.shell_words import Holes, brace_lists, expand_word, is_literal
from auditor.model.facts import Command, Word
from auditor.model.regex import regex

MAX_COMMANDS = 2_000
MAX_CALLS = 5  # of functions and inner shells within each other
MAX_BODY = 100_000
MAX_OTHER = 500  # characters of a body that is no Python
MAX_EXPORTED = 60
MAX_VALUE = 500  # characters of an exported value

_ASSIGNMENT = regex(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_NOT_COMMANDS = frozenset({"true", ":", "false"})
_MOVING = frozenset({"cd", "pushd", "popd"})
# inside `$(…)` these only ask; they are no work of the script
_ASKING = _NOT_COMMANDS | frozenset({
    "pwd", "dirname", "basename", "date", "readlink", "realpath", "id", "whoami", "uname", "nproc", "hostname", "mktemp", "echo",
    "printf", "which", "tput",
})  # fmt: skip
# these take a command as one text, behind an option or as their only word
_TEXT_OPTIONS = {
    "su": ("-c", "--command"), "script": ("-c", "--command"), "sbatch": ("--wrap",), "nix-shell": ("--run", "--command"),
    "flock": ("-c", "--command"),
}  # fmt: skip
_TEXT_WORDS = frozenset({"watch", "parallel", "tmux", "screen", "concurrently"})
_NOT_EXPORTED_TO = frozenset({"export", "declare", "local", "set", "shift", "read", "test", "[", "exit", "return", "echo", "printf", "source", ".", "mkdir", "rm", "cd", "sleep"})  # fmt: skip
_BODY_OPTION = regex(r"-[a-zA-Z]*c")
_OTHER_PROGRAM = regex(r"-[a-zA-Z]*[cm]|-m.*|--version|-V|--help|-h")


class Draft:
    """A command while its redirections are still being met. Texts are in the inner form, holes as marks."""

    __slots__ = (
        "assignments", "body", "cwd", "environment", "guard", "line", "piped", "program", "reads", "where", "words", "writes"
    )  # fmt: skip

    def __init__(self, words: list[str], line: int, cwd: str | None, *, guard: bool) -> None:
        self.words = words
        self.line = line
        self.cwd = cwd
        self.guard = guard
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.assignments: list[tuple[str, str]] = []
        self.environment: tuple[tuple[str, str], ...] = ()
        self.body = ""
        self.program = 0  # the line where a body begins that is a Python program
        self.piped = False
        self.where: tuple[str, ...] = ()


def literal_command(words: list[str], holes: Holes, *, guard: bool) -> Command | None:
    """The command of a line of literal words that leaves its shell as it found it and hands no text to another; else None."""
    if words[0] in _MOVING or words[0] in _NOT_COMMANDS or _ASSIGNMENT.match(words[0]) or _may_hold_text(words):
        return None
    return Command(tuple(_without_secrets([holes.word(word) for word in words])), 1, guard=guard)


class State(ABC):
    """A shell. How a text and a syntax tree are followed is for its heir to say."""

    def __init__(self, *, guard: bool) -> None:
        self.holes = Holes()
        self.variables: dict[str, str] = {}
        self.exported: dict[str, str] = {}
        self.functions: dict[str, tuple[Syntax, bytes, int]] = {}
        self.called: set[str] = set()
        self.cwd: str | None = ""
        self.folders: list[str | None] = []
        self.former: str | None = None  # where `cd -` leads
        self.drafts: list[Draft] = []
        self.guard = guard
        self.depth = 0
        self.where: tuple[str, ...] = ()  # tests of files that lead here
        self.inside = 0  # levels of `$(…)`
        self.source = b""
        self.first = 1

    def is_untouched(self) -> bool:
        """Whether all that was run left nothing behind but its commands: what follows finds the shell as it was at first."""
        kept = (self.variables, self.exported, self.functions, self.called, self.folders)
        return self.cwd == "" and self.former is None and not any(kept)

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
            reads=tuple([self.holes.word(text) for text in draft.reads]) if draft.reads else (),
            writes=tuple([self.holes.word(text) for text in draft.writes]) if draft.writes else (),
            assignments=tuple(
                [(name, mask_value(name, self.holes.word(value).text)) for name, value in draft.assignments]
            ),
            body=self._body(draft) if draft.body else "",
            guard=draft.guard,
            piped=draft.piped,
            environment=draft.environment,
            program=draft.program - draft.line if draft.program else -1,
            where=draft.where,
        )

    def _body(self, draft: Draft) -> str:
        """The program text that a command is given: whole where Python reads it, else its beginning."""
        if draft.program:  # half a program is none
            return mask(self.holes.program(draft.body)) if len(draft.body) <= MAX_BODY else ""
        most = MAX_BODY if any(is_python(word) for word in draft.words[:20]) else MAX_OTHER
        return mask(self.holes.word(draft.body[:most]).text)

    def simple(self, raw_words: list[str], line: int, line_of: Callable[[int], int] | None = None) -> None:
        """One command from its words as written, assignments in front included; `line_of` tells the line of each word."""
        written, before = raw_words, len(self.drafts)
        assignments: list[tuple[str, str]] = []
        while raw_words and (found := _ASSIGNMENT.match(raw_words[0])):
            assignments.append(
                (found.group(1), self.assign(found.group(1), found.group(3), append=bool(found.group(2)), keep=False))
            )
            raw_words = raw_words[1:]
        if not raw_words:
            for name, value in assignments:
                self.remember(name, value)
            return
        words = self.expand_all(raw_words)
        if words:
            self.run(words, assignments, line)
            if before < len(self.drafts) and self.drafts[before].program:
                self.place_program(self.drafts[before], written, line_of)

    def place_program(self, draft: Draft, written: list[str], line_of: Callable[[int], int] | None) -> None:
        """Where the text of `-c` begins; its lines stay those of the text: what joins lines in the shell joins them in Python."""
        start = next((at for at, word in enumerate(written) if is_python(word)), 0)
        at = next((at for at in range(start, len(written) - 1) if _BODY_OPTION.fullmatch(written[at])), None)
        if at is None:
            return
        raw = written[at + 1]
        if line_of is not None:
            draft.program = line_of(at + 1)
        if raw.startswith('"') and "\\\n" in raw:
            draft.body = "".join(self.expand(raw.replace("\\\n", "\\\\\n"), split=False))

    def assign(self, name: str, raw: str, *, append: bool, keep: bool = True) -> str:
        """The value of an assignment as written; it is remembered where `keep` is set."""
        value = SPLIT.join(self.expand(raw, split=False))
        if self.holes.is_question(value):
            value = self.holes.mark(name)  # `X=$(…)` is better known as {X}
        if append:
            value = self.variables.get(name, "") + value
        if keep:
            self.remember(name, value)
        return value

    def remember(self, name: str, value: str) -> None:
        """Let a variable have a value. A secret stays a hole: it must not come to stand in a word."""
        self.variables[name] = self.holes.mark(name) if is_secret_name(name) else value
        if name in self.exported:
            self.export(name)

    def export(self, name: str) -> None:
        """Hand a variable on to the commands that follow."""
        value = self.variables.get(name)
        if value is not None and (name in self.exported or len(self.exported) < MAX_EXPORTED):
            self.exported[name] = mask_value(name, self.holes.word(value).text[:MAX_VALUE])

    def drop(self, name: str) -> None:
        """`unset`."""
        self.variables.pop(name, None)
        self.exported.pop(name, None)

    def expand_all(self, raw_words: list[str]) -> list[str]:
        """The words that the written words of a command become, in the inner form."""
        joined = "\n".join(raw_words)
        if "{" not in joined and is_literal(joined):
            return list(raw_words)
        made: list[str] = []
        for raw in raw_words:
            if "{" not in raw and is_literal(raw):
                made.append(raw)
            else:
                made += self.expand(raw)
        return made

    def expand(self, raw: str, *, split: bool = True) -> list[str]:
        """The words that one written word becomes, in the inner form."""
        pieces = brace_lists(raw) if split and "{" in raw else [raw]
        return [
            word for piece in pieces for word in expand_word(piece, self.variables, self.holes, self.cwd, split=split)
        ]

    def run(self, words: list[str], assignments: list[tuple[str, str]], line: int) -> None:
        """Record a command, or follow what it does to the shell itself."""
        name = words[0]
        if name == "popd":
            self.cwd = self.folders.pop() if self.folders else None
        elif name in _MOVING:
            self.go(words[1:], remember=name == "pushd")
        elif name in self.functions and self.depth < MAX_CALLS:
            self.call(name, words[1:])
        elif name not in (_ASKING if self.inside else _NOT_COMMANDS) and len(self.drafts) < MAX_COMMANDS:
            draft = Draft(words, line, self.cwd, guard=self.guard)
            draft.where = self.where
            draft.assignments = assignments
            if self.exported and name not in _NOT_EXPORTED_TO:
                draft.environment = tuple(self.exported.items())
            self.drafts.append(draft)
            if _may_hold_text(words):
                self.embedded(draft)

    def embedded(self, draft: Draft) -> None:
        """The text that a command takes as a program; that of a shell is read too, whatever stands before the shell."""
        words = draft.words
        if words[0] == "eval" and len(words) > 1:
            self.inner(" ".join(words[1:]), draft.line, self.cwd)
            return
        at, folder = self.program(words)
        if at >= len(words):
            return
        tool = tool_of(words[at])
        if tool in SHELLS or is_python(words[at]):
            position = _body_option(words[at:])
            if position and at + position + 1 < len(words):
                draft.body = words[at + position + 1]
                if tool in SHELLS:
                    self.inner(draft.body, draft.line, folder)
                else:
                    draft.program = draft.line
        elif tool in _TEXT_OPTIONS:
            self.inner(_text_option(words[at:], _TEXT_OPTIONS[tool]), draft.line, folder)
        elif tool in _TEXT_WORDS or tool_of(words[0]) in _TEXT_WORDS:
            self.inner(next((word for word in words[1:] if " " in word), ""), draft.line, self.cwd)

    def program(self, words: list[str]) -> tuple[int, str | None]:
        """Where the program of a command stands, behind prefixes and containers, and the folder that it starts in."""
        at, folder = find_start(words).at, self.cwd
        if at < len(words) and is_engine(words[at]):
            inside = read_container([self.holes.word(word) for word in words[at:]])
            if inside is not None and inside.action in ("run", "exec") and inside.words:
                host = inside.host_folder()
                folder = self.towards(host.text) if host is not None else None
                at = len(words) - len(inside.words)
                at += find_start(words[at:]).at
        return at, folder

    def inner(self, text: str, line: int, folder: str | None) -> None:
        """Run a text in a shell of its own, which starts in a folder."""
        if text and self.depth < MAX_CALLS:
            self.depth += 1
            state = self.cwd, dict(self.variables), dict(self.exported)
            self.cwd = folder
            self.text(text, line)
            self.cwd, self.variables, self.exported = state
            self.depth -= 1

    def go(self, words: list[str], *, remember: bool) -> None:
        """`cd`: only a folder that is known where the text is may be a hole in it."""
        if remember:
            self.folders.append(self.cwd)
        before, targets = self.cwd, [word for word in words if not word.startswith("-")]
        self.cwd = (
            self.former
            if words == ["-"]
            else self.towards(self.holes.word(targets[0]).text)
            if len(targets) == 1
            else None
        )
        self.former = before

    def towards(self, target: str) -> str | None:
        """The folder that a path leads to from here; None where it has a hole that is no known folder."""
        if "{" in target.removeprefix("{start}").removeprefix("{here}").removeprefix("{root}"):
            return None
        if target.startswith("{start}"):
            target, base = target.removeprefix("{start}").lstrip("/") or ".", ""
        elif target.startswith(("/", "~")):
            return posixpath.normpath(target)
        elif target.startswith("{"):
            return target.rstrip("/")
        elif self.cwd is None:
            return None
        else:
            base = self.cwd
        if base.startswith("{"):
            return f"{base}/{target}".rstrip("/")
        joined = posixpath.normpath(posixpath.join(base, target))
        return "" if joined == "." else joined

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


def _may_hold_text(words: list[str]) -> bool:
    """Whether one of a command's words is a text, or may be the option before one."""
    return any(" " in word or word[-1:] == "c" for word in words[1:])


def _body_option(words: list[str]) -> int:
    """Where `-c` stands among the interpreter's own options (0 = nowhere): behind the script it is the script's."""
    position = 1
    while position < len(words) and words[position].startswith("-"):
        if _BODY_OPTION.fullmatch(words[position]):
            return position
        position += 2 if words[position] in ("-W", "-X", "-o", "-O", "+o") else 1
    return 0


def reads_program(words: list[str]) -> bool:
    """Whether an interpreter that is given these words takes its program from its input: nothing else names one."""
    position = 0
    while position < len(words) and words[position] != "-":
        if not words[position].startswith("-") or _OTHER_PROGRAM.fullmatch(words[position]):
            return False
        position += 2 if words[position] in ("-W", "-X") else 1
    return True


def _text_option(words: list[str], names: tuple[str, ...]) -> str:
    """The value of an option that takes a command as one text."""
    for position, word in enumerate(words):
        if word in names:
            return words[position + 1] if position + 1 < len(words) else ""
        option, equals, value = word.partition("=")
        if equals and option in names:
            return value
    return ""


def _without_secrets(words: list[Word]) -> list[Word]:
    """`--token abc`, `--token=abc` and `TOKEN=abc` without the secret."""
    for position, word in enumerate(words):
        if "=" not in word.text and word.text[:1] != "-":
            continue
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
