"""Shell text as the simple commands it would run. Nothing is ever executed.

Words are expanded as far as the text itself tells: quotes, variables that it assigns, defaults, literal brace lists, loops
over literal words. What is not known becomes a hole `{name}`. `{here}` is the folder of the script itself
(`$(dirname "$0")` and its relatives). The commands of `bash -c '…'` and of functions stand where they are called.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from auditor.language.credentials import MASK, is_secret_name, mask, mask_value
from auditor.language.shell_words import HOLE_START, SPLIT, Holes, brace_lists, expand_word
from auditor.model.facts import Command, Word

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

MAX_TEXT = 400_000
MAX_COMMANDS = 2_000
MAX_ROUNDS = 50  # of a loop over literal words
MAX_DEPTH = 60
MAX_BODY = 100_000

_TEMPLATES = re.compile(
    r"\$\{\{(?P<actions>.*?)\}\}|\{\{(?P<jinja>.*?)\}\}|\{%.*?%\}"
    r"|(?<!\\)\$\{(?P<dotted>[A-Za-z_][\w-]*(?:\.[\w-]+|\[[\w'\"-]+\])*(?:\.[\w-]+|\[[A-Za-z'\"][\w'\"-]*\]))\}",
    re.DOTALL,
)
_BRACES = re.compile(r"(?<![$\w{])\{([A-Za-z_][\w.-]*)\}|(?<=[\w])(?<!\$)\{([A-Za-z_][\w.-]*)\}")
_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t]|\\\n)+)|(?P<op>&&|;(?!;))|(?P<line>\n)|(?P<note>\#[^\n]*)"""
    r"""|(?P<word>(?:[^\s'"\\$`|<>(){};&]|'[^']*'|"(?:[^"\\$`]|\$[A-Za-z_]\w*)*"|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\\[^\n])++)"""
)
_RESERVED = frozenset(
    [
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "select",
        "function",
        "time",
        "coproc",
        "!",
        "[",
        "[[",
        "]]",
        "export",
        "declare",
        "local",
        "readonly",
        "typeset",
        "unset",
    ]
)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_HARMLESS = frozenset({"true", ":", "echo", "printf", "logger"})
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
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})
_BODY_OPTION = re.compile(r"-[a-zA-Z]*c")


def read_shell(text: str, *, line: int = 1, braces: bool = False, guard: bool = False) -> tuple[Command, ...]:
    """The commands of a shell text in the order they would run, at most 2,000. `line` is the line of its first line.

    Template holes `${{ x }}`, `{{ x }}`, `${a.b}` are cut out first; `{alpha}` too where `braces` is set. `guard` says
    that the caller ignores failures. Text that is no shell gives what can be made of it.
    """
    reading = _Reading(guard=guard)
    text = _cut_templates(text[:MAX_TEXT], reading.holes, braces=braces)
    reading.text(text, line)
    reading.uncalled()
    return reading.result()


def _cut_templates(text: str, holes: Holes, *, braces: bool) -> str:
    def hole(match: re.Match[str]) -> str:
        groups = match.groupdict()
        name = next((value for value in groups.values() if value is not None), None)
        if name is None:
            return ""  # a Jinja statement: what it encloses stays
        return holes.mark(name)

    if "{{" in text or "${" in text or "{%" in text:
        text = _TEMPLATES.sub(hole, text)
    if braces and "{" in text:
        text = _BRACES.sub(lambda match: holes.mark(match.group(1) or match.group(2)), text)
    return text


class _Draft:
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


class _Reading:
    """The state of a shell: where it is, what it has assigned, what it has run so far."""

    def __init__(self, *, guard: bool) -> None:
        self.holes = Holes()
        self.variables: dict[str, str] = {}
        self.functions: dict[str, tuple[Syntax, bytes, int]] = {}
        self.called: set[str] = set()
        self.cwd: str | None = ""
        self.folders: list[str | None] = []
        self.drafts: list[_Draft] = []
        self.guard = guard
        self.depth = 0
        self.inside = 0  # levels of `$(…)`
        self.source = b""
        self.first = 1

    # --- entry -----------------------------------------------------------------------------------

    def text(self, text: str, line: int) -> None:
        """Run a text in the current state."""
        plain = _plain_commands(text)
        if plain is not None:
            for words, at in plain:
                self.simple(words, line + at)
            return
        outer = self.source, self.first
        self.source, self.first = text.encode("utf-8", "replace"), line
        self.walk(_parser().parse(self.source).root_node)
        self.source, self.first = outer

    def uncalled(self) -> None:
        """The bodies of functions that nothing called; another file may source them."""
        for name, (body, source, first) in list(self.functions.items()):
            if name not in self.called:
                self.source, self.first, self.cwd = source, first, ""
                self.walk(body)

    def result(self) -> tuple[Command, ...]:
        return tuple(self._finished(draft) for draft in self.drafts[:MAX_COMMANDS])

    def _finished(self, draft: _Draft) -> Command:
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

    # --- simple commands -------------------------------------------------------------------------

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
        elif name in self.functions and self.depth < 5:
            self.call(name, words[1:])
        elif name not in (_ASKING if self.inside else _NOT_COMMANDS) and len(self.drafts) < MAX_COMMANDS:
            draft = _Draft(words, line, self.cwd, guard=self.guard)
            draft.assignments = assignments
            self.drafts.append(draft)
            self.embedded(draft)

    def embedded(self, draft: _Draft) -> None:
        """The text of `-c`; that of a shell is read too."""
        tool = draft.words[0].rpartition("/")[2]
        if tool in _SHELLS or tool.startswith("python"):
            position = _body_option(draft.words)
            if position and position + 1 < len(draft.words):
                draft.body = draft.words[position + 1]
                if tool in _SHELLS:
                    self.inner(draft.body, draft.line)

    def inner(self, text: str, line: int) -> None:
        """Run a text in a shell of its own."""
        if self.depth < 5:
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

    # --- the syntax tree -------------------------------------------------------------------------

    def walk(self, node: Syntax, level: int = 0) -> None:
        """Follow a node in the order of execution; what is not known to be structure is entered."""
        if level > MAX_DEPTH or len(self.drafts) >= MAX_COMMANDS:
            return
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            handler(self, node, level)
        elif node.type not in _LEAVES:
            for child in node.named_children:
                self.walk(child, level + 1)

    def raw(self, start: int, end: int) -> str:
        return self.source[start:end].decode("utf-8", "replace")

    def line(self, node: Syntax) -> int:
        return self.first + node.start_point[0]

    def command(self, node: Syntax, level: int) -> None:
        self.substitutions(node, level)
        spans: list[list[int]] = []
        redirects: list[Syntax] = []
        at = self.line(node)
        for child in node.children:
            if child.type in _REDIRECTS:
                redirects.append(child)
            elif child.type == "comment":  # the grammar runs on into the next line behind `X=1 # note`
                self.simple([self.raw(start, end) for start, end in spans], at)
                spans, at = [], self.line(child) + 1
            elif spans and spans[-1][1] == child.start_byte:
                spans[-1][1] = child.end_byte  # one word in several nodes
            else:
                spans.append([child.start_byte, child.end_byte])
        before = len(self.drafts)
        self.simple([self.raw(start, end) for start, end in spans], at)
        self.redirect(redirects, before, level)

    def substitutions(self, node: Syntax, level: int) -> None:
        """What `$(…)`, backquotes and `<(…)` inside a node run, in a shell of their own."""
        text = self.source[node.start_byte : node.end_byte]
        if b"$(" not in text and b"`" not in text and b"<(" not in text:
            return
        for child in node.named_children:
            if child.type in ("command_substitution", "process_substitution"):
                self.inside += 1
                self.subshell(child, level)
                self.inside -= 1
            elif child.type not in ("heredoc_redirect",):
                self.substitutions(child, level)

    def assignment(self, node: Syntax, level: int) -> None:
        self.substitutions(node, level)
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        text = self.raw(name.start_byte, name.end_byte)
        append = b"+=" in self.source[name.end_byte : name.end_byte + 2]
        if value is not None and value.type == "array":
            parts = [
                word for item in value.named_children for word in self.expand(self.raw(item.start_byte, item.end_byte))
            ]
            former = [self.variables[text]] if append and text in self.variables else []
            self.variables[text] = SPLIT.join([*former, *parts]) + SPLIT
        else:
            end = max(value.end_byte, node.end_byte) if value is not None else node.end_byte
            self.assign(text, self.raw(value.start_byte, end) if value is not None else "", append=append)

    def declaration(self, node: Syntax, level: int) -> None:
        words = [self.raw(node.children[0].start_byte, node.children[0].end_byte)]
        for child in node.named_children:
            if child.type == "variable_assignment":
                self.assignment(child, level)
            words += self.expand(self.raw(child.start_byte, child.end_byte), split=False)
        if len(self.drafts) < MAX_COMMANDS:
            self.drafts.append(_Draft(words, self.line(node), self.cwd, guard=self.guard))

    def either(self, node: Syntax, level: int) -> None:
        """`a && b`, `a || b`: the left one is guarded where the right one cannot fail."""
        left, right = node.named_children[0], node.named_children[-1]
        outer = self.guard
        if any(child.type == "||" for child in node.children) and self.harmless(right):
            self.guard = True
        self.walk(left, level + 1)
        self.guard = outer
        for child in node.named_children[1:]:
            self.walk(child, level + 1)

    def harmless(self, node: Syntax) -> bool:
        words = self.raw(node.start_byte, node.end_byte).split()
        return bool(words) and (words[0] in _HARMLESS or words[:2] == ["exit", "0"])

    def subshell(self, node: Syntax, level: int) -> None:
        state = self.cwd, dict(self.variables), list(self.folders)
        for child in node.named_children:
            self.walk(child, level + 1)
        self.cwd, self.variables, self.folders = state

    def pipeline(self, node: Syntax, level: int) -> None:
        outer = self.cwd
        for child in node.named_children:
            self.walk(child, level + 1)
        self.cwd = outer

    def branches(self, node: Syntax, level: int) -> None:
        """`if` and `case`: each branch starts where the condition left off; after them the folder may be unknown."""
        base = self.cwd
        ends = set()
        for child in node.named_children:
            self.walk(child, level + 1)
            if child.type in ("elif_clause", "else_clause", "case_item"):
                ends.add(self.cwd)
                self.cwd = base
        ends.add(self.cwd)
        self.cwd = base if ends == {base} else None

    def loop(self, node: Syntax, level: int) -> None:
        base = self.cwd
        for child in node.named_children:
            self.walk(child, level + 1)
        if self.cwd != base:
            self.cwd = None

    def each(self, node: Syntax, level: int) -> None:
        """`for x in …`: one round per literal word, or one with a hole."""
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        if variable is None or body is None:
            return
        for item in node.children_by_field_name("value"):
            self.walk(item, level + 1) if item.type == "command_substitution" else self.substitutions(item, level)
        values = [
            word
            for item in node.children_by_field_name("value")
            for word in self.expand(self.raw(item.start_byte, item.end_byte))
        ]
        name, base = self.raw(variable.start_byte, variable.end_byte), self.cwd
        literal = (
            bool(values)
            and len(values) <= MAX_ROUNDS
            and not any(HOLE_START in value or "*" in value for value in values)
        )
        for value in values if literal else [self.holes.mark(name)]:
            self.variables[name] = value
            self.walk(body, level + 1)
        if self.cwd != base:
            self.cwd = None

    def function(self, node: Syntax, level: int) -> None:  # noqa: ARG002  # all handlers have one shape
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            self.functions[self.raw(name.start_byte, name.end_byte)] = (body, self.source, self.first)

    def redirected(self, node: Syntax, level: int) -> None:
        before = len(self.drafts)
        body = node.child_by_field_name("body")
        if body is not None:
            self.walk(body, level + 1)
        if len(self.drafts) == before and len(self.drafts) < MAX_COMMANDS:
            self.drafts.append(_Draft([], self.line(node), self.cwd, guard=self.guard))
        if body is not None and len(self.drafts) > before and self.dropped(node, body):
            self.drafts[-1].words.append("-")
        self.redirect([child for child in node.children if child.type in _REDIRECTS], before, level)
        if (
            len(self.drafts) == before + 1
            and not (last := self.drafts[-1]).words
            and not last.reads
            and not last.writes
        ):
            self.drafts.pop()

    def dropped(self, node: Syntax, body: Syntax) -> bool:
        """Whether the grammar lost the lone dash of `python - <<EOF`: it stands between command and redirection."""
        following = next(
            (child for child in node.children if child.start_byte >= body.end_byte and child.type in _REDIRECTS), None
        )
        return following is not None and self.source[body.end_byte : following.start_byte].strip() == b"-"

    def redirect(self, redirects: Iterable[Syntax], before: int, level: int) -> None:
        """Attach redirections: reads to the first command since `before` of a compound, writes to the last."""
        made = self.drafts[before:]
        if not made:
            return
        for node in redirects:
            if node.type == "file_redirect":
                self.file(node, made)
            elif node.type == "heredoc_redirect":
                self.heredoc(node, made[-1], level)
            else:
                made[-1].body = "".join(self.expand(self.raw(node.children[-1].start_byte, node.end_byte), split=False))

    def file(self, node: Syntax, made: list[_Draft]) -> None:
        operator = next((child.type for child in node.children if not child.is_named), ">")
        for target in node.children_by_field_name("destination"):
            words = self.expand(self.raw(target.start_byte, target.end_byte), split=False)
            text = "".join(words)
            if target.type == "process_substitution" or text.startswith("/dev/") or not text:
                continue
            if "<" in operator and "&" not in operator:
                made[0].reads.append(text)
            elif ">" in operator and not (operator in (">&", "<&") and (text.isdigit() or text == "-")):
                made[-1].writes.append(text)

    def heredoc(self, node: Syntax, draft: _Draft, level: int) -> None:
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        text = self.raw(body.start_byte, body.end_byte) if body is not None else ""
        before = len(self.drafts)
        receiver = draft
        for child in node.children:
            if child.type == "file_redirect":
                self.file(child, [draft])
            elif child.type not in ("heredoc_body", "heredoc_start", "heredoc_end") and child.is_named:
                self.walk(child, level + 1)
        if draft.words[:1] == ["cat"] and len(self.drafts) > before:
            receiver = self.drafts[before]  # `cat <<EOF | python`
        receiver.body = text
        tool = receiver.words[0].rpartition("/")[2] if receiver.words else ""
        if tool in _SHELLS and body is not None:
            self.inner(text, self.line(body))


_REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
_LEAVES = frozenset({"comment", "word", "string", "raw_string", "number", "concatenation", "unset_command"})
_HANDLERS: dict[str, Any] = {
    "command": _Reading.command,
    "variable_assignment": _Reading.assignment,
    "declaration_command": _Reading.declaration,
    "list": _Reading.either,
    "subshell": _Reading.subshell,
    "command_substitution": _Reading.subshell,
    "process_substitution": _Reading.subshell,
    "pipeline": _Reading.pipeline,
    "if_statement": _Reading.branches,
    "case_statement": _Reading.branches,
    "while_statement": _Reading.loop,
    "c_style_for_statement": _Reading.loop,
    "for_statement": _Reading.each,
    "function_definition": _Reading.function,
    "redirected_statement": _Reading.redirected,
    "test_command": _Reading.substitutions,
}


def _plain_commands(text: str) -> list[tuple[list[str], int]] | None:
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
    return made


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


@cache
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
