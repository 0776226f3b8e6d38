"""A shell while its text is followed: plain text by itself, all else by its syntax tree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from typing import Any

from auditor.language.prefixes import SHELLS, is_python, tool_of
from auditor.language.shell_paths import HOLE_END, HOLE_START, SPLIT
from auditor.language.shell_plain import PlainCommand, lines_before, plain_commands
from auditor.language.shell_state import MAX_COMMANDS, Draft, State, reads_program
from auditor.language.shell_tree import Syntax, give_back, parse
from auditor.language.shell_words import expand_document
from auditor.model.regex import regex

MAX_ROUNDS = 50  # of a loop over literal words
MAX_DEPTH = 60

_GLOB = regex(r"\*+|\?|\[[^\]\s]+\]")
_HARMLESS = frozenset({"true", ":", "echo", "printf", "logger"})


def _line_of(text: str, line: int, words: list[str], begin: int, number: int) -> int:
    """The line of one of the words of a plain command."""
    return line + lines_before(text, words, begin, number)


class Reading(State):
    """Follows plain text by itself and all else by its syntax tree."""

    def text(self, text: str, line: int) -> None:
        """Run a text in the current state."""
        plain = plain_commands(text)
        if plain is not None:
            self.follow(text, plain, line)
            return
        outer = self.source, self.first
        self.source, self.first = text.encode("utf-8", "replace"), line
        self.walk(parse(self.source))
        self.source, self.first = outer

    def follow(self, text: str, plain: list[PlainCommand], line: int) -> None:
        """Run the plain commands of a text."""
        for words, at, begin in plain:
            if words[0] == "[":
                self.test(words[1:-1], line + at)
            else:
                self.simple(words, line + at, partial(_line_of, text, line + at, words, begin))

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
        """A part of the text as written."""
        return self.source[start:end].decode("utf-8", "replace")

    def line(self, node: Syntax) -> int:
        """The line where a node begins."""
        return self.first + node.row

    def command(self, node: Syntax, level: int) -> None:
        """A simple command with its redirections."""
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
            elif spans and self.parted(spans[-1][1], child.start_byte):  # and behind `X=1 ` with a blank at the end
                self.simple([self.raw(start, end) for start, end in spans], at)
                spans, at = [[child.start_byte, child.end_byte]], self.line(child)
            elif spans and spans[-1][1] == child.start_byte:
                spans[-1][1] = child.end_byte  # one word in several nodes
            else:
                spans.append([child.start_byte, child.end_byte])
        before = len(self.drafts)
        lines = [self.first + bisect_right(node.starts, start) - 1 for start, _ in spans]
        self.simple([self.raw(start, end) for start, end in spans], at, lines.__getitem__)
        self.redirect(redirects, before, level)

    def parted(self, start: int, end: int) -> bool:
        """Whether a line ends between two words."""
        return b"\n" in self.source[start:end].replace(b"\\\n", b"")

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
        """`x=…`, of an array too."""
        self.substitutions(node, level)
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        text = self.raw(name.start_byte, name.end_byte)
        append = b"+=" in self.source[name.end_byte : name.end_byte + 2]
        if value is not None and value.type == "array":
            parts = [
                word
                for item in value.named_children
                if item.type != "comment"
                for word in self.expand(self.raw(item.start_byte, item.end_byte))
            ]
            former = [self.variables[text]] if append and text in self.variables else []
            self.variables[text] = SPLIT.join([*former, *parts]) + SPLIT
        else:
            end = max(value.end_byte, node.end_byte) if value is not None else node.end_byte
            self.assign(text, self.raw(value.start_byte, end) if value is not None else "", append=append)

    def tested(self, node: Syntax, level: int) -> None:
        """`[ … ]` and `[[ … ]]`: a command like `test`, so that what is asked for is known to be asked for."""
        self.substitutions(node, level)
        self.test(self.raw(node.start_byte, node.end_byte).strip("[] \t\n").split(), self.line(node))

    def test(self, raw_words: list[str], line: int) -> None:
        """A test of some words as written."""
        words = [word for raw in raw_words for word in self.expand(raw)]
        if words and len(self.drafts) < MAX_COMMANDS:
            self.drafts.append(Draft(["test", *words], line, self.cwd, guard=True))

    def declaration(self, node: Syntax, level: int) -> None:
        """`export x=…` and its relatives."""
        words = [self.raw(node.children[0].start_byte, node.children[0].end_byte)]
        exports = words[0] == "export" or "-x" in self.raw(node.start_byte, node.end_byte).split()[1:2]
        for child in node.named_children:
            if child.type == "variable_assignment":
                self.assignment(child, level)
            text = self.raw(child.start_byte, child.end_byte)
            words += self.expand(text, split=False)
            if exports:
                self.export(text.partition("=")[0].removesuffix("+"))
        if len(self.drafts) < MAX_COMMANDS:
            self.drafts.append(Draft(words, self.line(node), self.cwd, guard=self.guard))

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
        """Whether a node is a command that cannot fail."""
        words = self.raw(node.start_byte, node.end_byte).split()
        return bool(words) and (words[0] in _HARMLESS or words[:2] == ["exit", "0"])

    def subshell(self, node: Syntax, level: int) -> None:
        """A shell of its own: what it changes ends with it."""
        state = self.cwd, dict(self.variables), list(self.folders), dict(self.exported)
        for child in node.named_children:
            self.walk(child, level + 1)
        self.cwd, self.variables, self.folders, self.exported = state

    def pipeline(self, node: Syntax, level: int) -> None:
        """`a | b`: each command but the first takes its input from the one before."""
        outer = self.cwd
        left = False  # inside `$(…)` a command that only prints leaves none: the one before in the list is no neighbour
        for child in node.named_children:
            before = len(self.drafts)
            self.walk(child, level + 1)
            made = before < len(self.drafts)
            if left and made:
                self.drafts[before].piped = True
            left = made
        self.cwd = outer

    def branches(self, node: Syntax, level: int) -> None:
        """`if` and `case`: each branch starts where the condition left off; after them the folder may be unknown."""
        base, outer = self.cwd, self.where
        ends = set()
        asked = self.asked(node)
        for child in node.named_children:
            otherwise = child.type in ("elif_clause", "else_clause")
            if asked and child.field != "condition":
                self.where = (*outer, _opposite(asked) if otherwise else asked)
            self.walk(child, level + 1)
            if child.type in ("elif_clause", "else_clause", "case_item"):
                ends.add(self.cwd)
                self.cwd = base
        ends.add(self.cwd)
        self.where = outer
        if not any(child.type == "else_clause" for child in node.named_children):
            ends.add(base)
        # a script that may go to its own folder is meant to run there
        meant = next((end for end in ends if len(ends) == 2 and end is not None and end.startswith("{here}")), None)
        self.cwd = base if ends == {base} else meant

    def asked(self, node: Syntax) -> str:
        """The one test of a file that an `if` hangs on (`-f x.py`), seen from where the text starts; "" for any other condition."""
        tests = [child for child in node.children_by_field_name("condition") if child.is_named]
        words = self.raw(tests[0].start_byte, tests[0].end_byte).split() if len(tests) == 1 and self.cwd == "" else []
        found = _FILE_TEST.fullmatch(" ".join(words))
        name = "".join(self.expand(found["name"], split=False)) if found is not None else ""
        if found is None or not name or HOLE_START in name:
            return ""
        test = f"-f {name}"
        return _opposite(test) if bool(found["not"]) != bool(found["inner"]) else test

    def loop(self, node: Syntax, level: int) -> None:
        """`while …`: where a round ends elsewhere than it began, the folder is unknown."""
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
        literal = 0 < len(values) <= MAX_ROUNDS and not any(self.holes.is_question(value) for value in values)
        for value in values if literal else [self.holes.mark(name)]:
            self.remember(name, self.globbed(value, name))
            self.walk(body, level + 1)
        if self.cwd != base:
            self.cwd = None

    def globbed(self, value: str, name: str) -> str:
        """The value of a loop variable: what a pattern may match is a hole, and a lone hole is better known by the variable."""
        if value.startswith(HOLE_START) and value.find(HOLE_END) == len(value) - 1:
            return self.holes.mark(name)
        return _GLOB.sub(lambda glob: self.holes.mark("**" if glob.group() == "**" else "*"), value)

    def unset(self, node: Syntax, level: int) -> None:  # noqa: ARG002  # all handlers have one shape
        """`unset x`."""
        for name in self.raw(node.start_byte, node.end_byte).split()[1:]:
            self.drop(name)

    def function(self, node: Syntax, level: int) -> None:  # noqa: ARG002  # all handlers have one shape
        """The definition of a function: it runs where it is called."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            self.functions[self.raw(name.start_byte, name.end_byte)] = (body, self.source, self.first)

    def redirected(self, node: Syntax, level: int) -> None:
        """A command, or several, with redirections behind it."""
        before = len(self.drafts)
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type in _REDIRECTS]
        if body is not None:
            give_back(redirects, body)
            self.walk(body, level + 1)
        if len(self.drafts) == before and len(self.drafts) < MAX_COMMANDS:
            self.drafts.append(Draft([], self.line(node), self.cwd, guard=self.guard))
        if body is not None and len(self.drafts) > before and self.dropped(node, body):
            self.drafts[-1].words.append("-")
        self.redirect(redirects, before, level)
        last = self.drafts[-1] if len(self.drafts) == before + 1 else None
        if last is not None and not (last.words or last.reads or last.writes):
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
                self.herestring(node, made[-1])

    def file(self, node: Syntax, made: list[Draft]) -> None:
        """`< file` and `> file`; other streams than these two are left out."""
        stream = node.child_by_field_name("descriptor")
        if stream is not None and self.raw(stream.start_byte, stream.end_byte) not in ("0", "1"):
            return  # errors and other streams
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

    def herestring(self, node: Syntax, draft: Draft) -> None:
        """`python <<< "text"`."""
        if draft.program:
            return  # the text of `-c` is the program
        draft.body = "".join(self.expand(self.raw(node.children[-1].start_byte, node.end_byte), split=False))
        at, _ = self.program(draft.words) if draft.words else (0, None)
        if draft.words[at:] and is_python(draft.words[at]) and reads_program(draft.words[at + 1 :]):
            draft.program = self.line(node.children[-1])

    def heredoc(self, node: Syntax, draft: Draft, level: int) -> None:
        """`<<EOF`: the input of a command, or the program of an interpreter."""
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        text = self.raw(body.start_byte, body.end_byte) if body is not None else ""
        before = len(self.drafts)
        receiver = draft
        for child in node.children:
            if child.type == "file_redirect":
                self.file(child, [draft])
            elif child.type not in ("heredoc_body", "heredoc_start", "heredoc_end") and child.is_named:
                self.walk(child, level + 1)
                if child.type == "pipeline" and before < len(self.drafts):
                    self.drafts[before].piped = True
        if draft.words[:1] == ["cat"] and len(self.drafts) > before:
            receiver = self.drafts[before]  # `cat <<EOF | python`
        if receiver.program:
            return  # `python -c … <<EOF`: the document is its input
        receiver.body = text
        at, folder = self.program(receiver.words) if receiver.words else (0, None)
        if body is None or at >= len(receiver.words):
            return
        if tool_of(receiver.words[at]) in SHELLS:
            self.inner(text, self.line(body), folder)
        elif is_python(receiver.words[at]) and reads_program(receiver.words[at + 1 :]):
            receiver.program, receiver.body = self.line(body), self.document(node, text)

    def document(self, node: Syntax, text: str) -> str:
        """The text of a here-document as the command gets it."""
        head = self.raw(node.start_byte, node.end_byte).partition("\n")[0]
        if head.startswith("<<-"):
            text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
        start = next((child for child in node.children if child.type == "heredoc_start"), None)
        quoted = start is not None and any(char in self.raw(start.start_byte, start.end_byte) for char in "'\"\\")
        return text if quoted else expand_document(text, self.variables, self.holes, self.cwd)


_FILE_TEST = regex(
    r"(?P<not>! )?(?:\[\[?|test) (?P<inner>! )?-[ef] (?P<name>\"[^\"$`]+\"|'[^']+'|[^\s\"'$`*?]+)(?: \]\]?)?(?: ;)?"
)


def _opposite(test: str) -> str:
    return test.removeprefix("! ") if test.startswith("! ") else f"! {test}"


_REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
_LEAVES = frozenset({"comment", "word", "string", "raw_string", "number", "concatenation"})
_HANDLERS: dict[str, Any] = {
    "command": Reading.command,
    "variable_assignment": Reading.assignment,
    "declaration_command": Reading.declaration,
    "list": Reading.either,
    "subshell": Reading.subshell,
    "command_substitution": Reading.subshell,
    "process_substitution": Reading.subshell,
    "pipeline": Reading.pipeline,
    "if_statement": Reading.branches,
    "case_statement": Reading.branches,
    "while_statement": Reading.loop,
    "c_style_for_statement": Reading.loop,
    "for_statement": Reading.each,
    "function_definition": Reading.function,
    "redirected_statement": Reading.redirected,
    "test_command": Reading.tested,
    "unset_command": Reading.unset,
}
