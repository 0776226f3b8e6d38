"""Jenkinsfiles: the stages of a pipeline, declarative or scripted, as far as literal `sh` and `bat` texts tell them.

Groovy is read by its brackets and strings alone, so that what is found is likely and no more (GRAPH: at most 0.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join, normpath

import msgspec

from auditor.language.checkout import from_root
from auditor.language.credentials import is_secret_name, mask, mask_value
from auditor.language.groovy import Block, DeepError, Token, fill, read_groovy
from auditor.language.image import python_of
from auditor.language.paths import kind_of_path
from auditor.language.shell import read_shell
from auditor.model.facts import Command, Facts, Ref, Step, Trigger, Trouble
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "jenkins"
MAX_CALLS = 5  # of the file's own functions within each other
MAX_COMMANDS = 2_000
MAX_STAGES = 500

_SHELLS = frozenset({"sh", "bat", "powershell", "pwsh"})
_VARIABLE = regex(r"\$\{(\w+)\}|\$(\w+)|%(\w+)%")
_STARTS = {
    "cron": "schedule", "parameterizedCron": "schedule", "pollSCM": "push", "githubPush": "push", "gitlab": "push",
    "bitbucketPush": "push", "upstream": "event", "GenericTrigger": "event", "eventTrigger": "event",
}  # fmt: skip


class Around(msgspec.Struct, frozen=True):
    """What holds where a statement stands."""

    folder: str | None
    known: dict[str, str]
    calls: int = 0


class _Work:
    """What one stage does, in the order it is met."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.reads: list[Ref] = []
        self.writes: list[Ref] = []
        self.uses: list[str] = []


def read(text: str) -> Facts:
    """A step per stage with the commands of its literal scripts; what stands outside of stages is a step too."""
    try:
        parts = read_groovy(text)
    except DeepError:
        return Facts(
            kind=TOOL, attrs=(("tool", TOOL),), troubles=(Trouble(None, "blocks nested too deeply", "too-deep"),)
        )
    reading = _Reading(parts)
    reading.sequence(parts, Around("", _known(parts)), ())
    reading.rest()
    images = [image.removeprefix("docker://") for step in reading.steps for image in step.uses]
    versions = dict.fromkeys(("python", python_of(image)) for image in images)
    libraries = [("library", name) for name in re.findall(r"@Library\(\s*\[?['\"]([^'\"]+)", text)]
    return Facts(
        kind=TOOL,
        steps=tuple(reading.steps),
        triggers=tuple(_triggers(parts, started=False)),
        attrs=pairs([("tool", TOOL), *versions, *libraries]),
    )


class _Reading:
    """Walks the statements, keeping stages apart and in order."""

    def __init__(self, parts: list[Block]) -> None:
        self.steps: list[Step] = []
        self.outside = _Work()
        self.functions = {part.words[1].text: part for part in parts if _is_function(part)}

    def sequence(
        self, parts: list[Block], around: Around, after: tuple[str, ...], work: _Work | None = None
    ) -> tuple[str, ...]:
        """Statements one after the other; returns the names that whatever follows comes after."""
        for part in parts:
            after = self.statement(part, around, after, work)
        return after

    def statement(self, part: Block, around: Around, after: tuple[str, ...], work: _Work | None) -> tuple[str, ...]:
        name = part.name
        if _is_function(part) or name in ("triggers", "options", "parameters", "environment", "when", "axes", "tools"):
            return after
        if name == "agent":
            (work or self.outside).uses += _images(part, around)
            return after
        if name == "stage" and (part.parts or part.text()):
            return self.stage(part, around, after)
        if name == "parallel":
            return self.parallel(part, around, after, work)
        mine = work if work is not None else self.outside
        self.does(part, around, mine)
        inner = around
        if name == "dir":
            inner = msgspec.structs.replace(around, folder=_within(around.folder, fill(_first(part), around.known)))
        elif name == "withEnv":
            given = (word.text.partition("=") for word in part.words if word.is_text)
            inner = msgspec.structs.replace(around, known=around.known | {key: value for key, _, value in given})
        elif name in self.functions and around.calls < MAX_CALLS and not part.parts:
            return self.sequence(
                self.functions[name].parts, msgspec.structs.replace(around, calls=around.calls + 1), after, work
            )
        return self.sequence(part.parts, inner, after, work)

    def stage(self, part: Block, around: Around, after: tuple[str, ...]) -> tuple[str, ...]:
        """A stage: what it does itself is its step; stages in it are steps of their own."""
        if len(self.steps) >= MAX_STAGES:
            return after
        work, before = _Work(), len(self.steps)
        around = msgspec.structs.replace(around, known=around.known | _known([part]))
        first = Step(self.free(fill(_first(part), around.known) or "stage"), TOOL, part.line, part.end_line)
        self.steps.append(first)  # holds the place, so that a stage stands before those in it
        ends = self.sequence(part.parts, around, after, work)
        nested = len(self.steps) > before + 1
        if nested and not work.commands:
            del self.steps[before]
            return ends
        axes = part.called("matrix")
        self.steps[before] = msgspec.structs.replace(
            first,
            commands=tuple(work.commands[:MAX_COMMANDS]),
            reads=tuple(work.reads),
            writes=tuple(work.writes),
            after=after,
            rooted=True,
            condition=_condition(part),
            variants=_variants(axes) if axes else 1,
            uses=tuple(work.uses),
            attrs=pairs([("agent", _label(part)), *_environment(part)]),
        )
        return (*ends, first.name) if nested else (first.name,)

    def parallel(self, part: Block, around: Around, after: tuple[str, ...], work: _Work | None) -> tuple[str, ...]:
        """Branches beside each other: stages, or closures under a label."""
        ends: list[str] = []
        for branch in part.parts:
            labelled = bool(branch.words) and branch.words[-1].text == ":"
            if labelled and not any(_has_stage(inner) for inner in branch.parts):
                ends += self.stage(branch, around, after)
            elif labelled:
                ends += self.sequence(branch.parts, around, after, work)
            else:
                ends += self.statement(branch, around, after, work)
        return tuple(dict.fromkeys(ends)) or after

    def does(self, part: Block, around: Around, work: _Work) -> None:
        """Note the scripts, artifacts and images that the words of a statement name."""
        for position, word in enumerate(part.words):
            if word.kind != "name" or (position and part.words[position - 1].text == "."):
                continue
            if word.text in _SHELLS:
                work.commands += _script(part.words[position + 1 :], around)
            elif word.text == "archiveArtifacts":
                work.writes += _archived(part.words[position + 1 :], around)
            elif word.text in ("stash", "unstash"):
                refs = work.writes if word.text == "stash" else work.reads
                name = _argument(part.words[position + 1 :], "name", around)
                refs += [Ref(mask(name), "artifact", word.text, word.line, "${{" in name)] if name else []
            elif word.text == "build" and part.words[position + 1 : position + 2]:
                job = _argument(part.words[position + 1 :], "job", around)
                work.uses += [f"job:{mask(job)}"] if job else []
        if [word.text for word in part.words[:3]] == ["docker", ".", "image"]:
            image = next((word for word in part.words if word.is_text), None)
            work.uses += [f"docker://{mask(fill(image, around.known))}"] if image else []

    def free(self, name: str) -> str:
        """The name, with a number where an earlier stage has it."""
        name = mask(name.replace("\n", " ").strip())[:200]
        names = {step.name for step in self.steps}
        return next(n for n in (name, *(f"{name} {i}" for i in range(2, MAX_STAGES + 3))) if n not in names)

    def rest(self) -> None:
        """What stands outside of stages, as a step at the end; its images are those of all stages without their own."""
        work = self.outside
        shared = tuple(dict.fromkeys(use for use in work.uses if use.startswith("docker://")))
        self.steps = [msgspec.structs.replace(step, uses=step.uses or shared) for step in self.steps]
        if work.commands or work.reads or work.writes or len(work.uses) > len(shared):
            lines = (
                [command.line for command in work.commands] or [ref.line for ref in (*work.reads, *work.writes)] or [1]
            )
            step = Step(self.free("pipeline"), TOOL, min(lines), max(lines), tuple(work.commands[:MAX_COMMANDS]))
            refs = {"reads": tuple(work.reads), "writes": tuple(work.writes)}
            self.steps.append(msgspec.structs.replace(step, rooted=True, uses=tuple(work.uses), **refs))


def _is_function(part: Block) -> bool:
    """`def name(…) {…}` or `void name() {…}`."""
    words = part.words
    return (
        len(words) > 3 and words[0].kind == words[1].kind == "name" and words[2].text == "(" and words[0].text != "new"
    )


def _has_stage(part: Block) -> bool:
    return part.name == "stage" or any(_has_stage(inner) for inner in part.parts)


def _first(part: Block) -> Token:
    empty = Token("plain", "", part.line)
    named = next((word for word in part.words if word.is_text), None)
    return named or next((word for word in part.words if word.text not in ("(", "stage", "dir", "{}")), empty)


def _known(parts: list[Block]) -> dict[str, str]:
    """Variables that are set to a plain text: `environment {…}` blocks and assignments."""
    made: dict[str, str] = {}
    for part in parts:
        words = part.words
        equals = next((i for i, word in enumerate(words) if word.text == "=" and i in (1, 2)), 0)
        if equals and len(words) == equals + 2 and words[-1].is_text and "\n" not in words[-1].text:
            value = fill(words[-1], made)
            if "${{" not in value:
                made[words[equals - 1].text] = value
        if part.name in ("environment", "pipeline", "stage", "node"):
            made |= _known(part.parts)
    return made


def _argument(words: list[Token], label: str, around: Around) -> str:
    """The text given under a label, else the first text."""
    for position, word in enumerate(words[:-2]):
        if word.text == label and words[position + 1].text == ":" and words[position + 2].is_text:
            return fill(words[position + 2], around.known)
    first = next((word for word in words[:3] if word.is_text), None)
    return fill(first, around.known) if first else ""


def _script(words: list[Token], around: Around) -> Iterator[Command]:
    """The commands of a script: a text, or texts joined by `+` with holes for what stands between them."""
    labelled = [i for i, word in enumerate(words[:-2]) if word.text == "script" and words[i + 1].text == ":"]
    rest = words[labelled[0] + 2 :] if labelled else words[1:] if words and words[0].text == "(" else words
    if not rest or not (rest[0].is_text or labelled):
        return
    made, line = "", rest[0].line
    for word in rest:
        if word.is_text:
            made += fill(word, around.known)
        elif word.kind == "name" and made:
            made += around.known.get(word.text, "${{ " + word.text + " }}")
        elif word.text != "+":
            break
    text = _VARIABLE.sub(lambda found: around.known.get(found[1] or found[2] or found[3], found.group()), made)
    last = max(line, line + max((word.text.count("\n") for word in rest if word.is_text), default=0))
    for command in read_shell(from_root(text, "WORKSPACE"), line=line):
        moved = _moved(command, around.folder)
        yield msgspec.structs.replace(moved, line=min(moved.line, last)) if moved.line > last else moved


def _moved(command: Command, folder: str | None) -> Command:
    if folder == "":
        return command
    if folder is None or command.cwd is None:
        return msgspec.structs.replace(command, cwd=None)
    if command.cwd.startswith(("/", "~", "{")):
        return command
    return msgspec.structs.replace(command, cwd=_within(folder, command.cwd or "."))


def _within(folder: str | None, inner: str) -> str | None:
    if folder is None or "${{" in inner or "$" in inner:
        return None
    where = normpath(join(folder, inner)) if inner else folder
    return "" if where == "." else where


def _archived(words: list[Token], around: Around) -> Iterator[Ref]:
    text = _argument(words, "artifacts", around)
    for path in (piece.strip() for piece in text.split(",")):
        if path:
            line = words[0].line if words else 0
            yield Ref(mask(path), kind_of_path(path), "artifacts", line, "${{" in path)


def _images(part: Block, around: Around) -> Iterator[str]:
    """`agent { docker { image 'x' } }`, `agent { docker 'x' }`."""
    for inner in part.parts:
        if inner.name == "docker":
            named = inner.called("image")
            image = fill(_first(named), around.known) if named else fill(_first(inner), around.known)
            yield from [f"docker://{mask(image)}"] if image and image != "docker" else []


def _label(part: Block) -> str:
    agent = part.called("agent")
    label = agent.called("label") if agent else None
    return label.text() if label else ""


def _environment(part: Block) -> Iterator[tuple[str, str]]:
    block = part.called("environment")
    for name, value in _known([block]).items() if block else ():
        yield f"env:{name}", mask_value(name, value) if is_secret_name(name) else mask(value)[:200]


def _condition(part: Block) -> str:
    when = part.called("when")
    return " ".join(_words(when))[:500] if when else ""


def _words(part: Block) -> Iterator[str]:
    for inner in part.parts:
        yield " ".join(word.text for word in inner.words)
        yield from _words(inner)


def _variants(matrix: Block) -> int:
    axes = matrix.called("axes")
    count = 1
    for axis in axes.parts if axes else ():
        values = axis.called("values")
        count *= max(sum(word.is_text for word in values.words), 1) if values else 1
    return count


def _triggers(parts: list[Block], *, started: bool) -> Iterator[Trigger]:
    """`triggers {…}` and `pipelineTriggers([…])`; of a conditional schedule the first text."""
    for part in parts:
        inside = started or part.name == "triggers" or any(word.text == "pipelineTriggers" for word in part.words)
        for position, word in enumerate(part.words) if inside else ():
            kind = _STARTS.get(word.text) if word.kind == "name" else None
            if kind is not None:
                texts = [
                    other.text for other in part.words[position + 1 : position + 12] if other.is_text and other.text
                ]
                timed = kind == "schedule" or word.text == "pollSCM"
                schedule = next((text for text in texts if _is_time(text)), "") if timed else ""
                yield Trigger(kind, schedule, word.line, attrs=(("event", word.text),) if kind == "event" else ())
        yield from _triggers(part.parts, started=part.name == "triggers")


def _is_time(text: str) -> bool:
    return text.startswith("@") or len(text.split()) >= 5


READER = Reader(
    name=TOOL,
    names=("Jenkinsfile*", "*.jenkinsfile", "*.Jenkinsfile", "*Jenkinsfile"),
    read=over_text(read),
    sniff=having(rb"\b(?:pipeline|node|stage)\b"),
)
