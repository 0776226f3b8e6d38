"""What declarations of automation lead to in other files: reusable workflows, local actions, templates, workflows in line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join

from msgspec.structs import replace

from auditor.language.credentials import MASK
from auditor.model.facts import Facts, Step, Trigger, Word
from auditor.model.regex import regex
from auditor.program.symbolic.values import normal

MAX_LISTENERS = 5
"""Rules, topics and targets between a schedule and what it starts."""

_EVENT_IS = regex(r"github\.event_name\s*(==|!=)\s*'(\w+)'")
_HOLE = regex(r"\{(?:variables\.)?([\w.]+)\}")
_NEVER = regex(r"(?:\$\{\{\s*)?false(?:\s*\}\})?", re.IGNORECASE)


def root_of(path: str) -> str:
    """The folder that a workflow's paths start from: the one that holds its `.github`, mostly the repository."""
    return path.partition(".github/")[0].rstrip("/") if f"/{path}".count("/.github/") else ""


def used_files(path: str, step: Step, files: Mapping[str, Facts]) -> Iterator[str]:
    """The templates and actions that a step uses by path: `./x` is seen from the root, `template:x` from the step's file."""
    for place in (_place(path, text) for text in step.uses):
        if place:
            yield from (p for p in (place, f"{place}/action.yml", f"{place}/action.yaml") if p in files and p != path)


def _place(path: str, text: str) -> str:
    """The path of the tree that a file names as one of its own, "" where it names something else."""
    if text.startswith("./"):
        return normal(join(root_of(path), text[2:]))
    return normal(join(dirname(path), text.removeprefix("template:"))) if text.startswith("template:") else ""


def shared_values(path: str, facts: Facts, files: Mapping[str, Facts]) -> dict[str, str]:
    """The variables that a pipeline takes from other files, where their values are written out."""
    made: dict[str, str] = {}
    for ref in facts.references:
        held = files.get(_place(path, ref.path)) if ref.how == "variables" else None
        leaves = {leaf.key: str(leaf.value) for leaf in held.leaves} if held is not None else {}
        for key, value in leaves.items():
            stem, _, last = key.rpartition(".")
            if last == "name" and f"{stem}.value" in leaves:
                made[value] = leaves[f"{stem}.value"]
            elif stem == "variables":
                made[last] = value
    return {name: value for name, value in made.items() if "$" not in value}


def files_of_variables(path: str, step: Step, files: Mapping[str, Facts]) -> dict[str, str]:
    """The variables that a service takes from files: `.env` beside the file fills what it says, `env_file` what runs in it.

    What stands nearer wins, and a secret fills nothing.
    """
    folder, made = dirname(path), dict[str, str]()
    own = {key.removeprefix("env:") for key, _ in step.attrs if key.startswith("env:")}
    for name in (".env", *(value for key, value in step.attrs if key == "env-file")):
        held = files.get(normal(join(folder, name)))
        given = {
            leaf.key: str(leaf.value) for leaf in (held.leaves if held is not None else ()) if leaf.value is not None
        }
        # What the service sets by `${NAME}` comes from beside the file.
        taken = given if name == ".env" else {key: given[key] for key in given.keys() - own}
        made |= {key: value for key, value in taken.items() if MASK not in value and "$" not in value}
    return made


def with_values(step: Step, values: Mapping[str, str]) -> Step:
    """A step with the holes of its commands filled that these values fill."""
    return replace(
        step, commands=tuple(replace(c, words=tuple(_filled(w, values) for w in c.words)) for c in step.commands)
    )


def _filled(word: Word, values: Mapping[str, str]) -> Word:
    if word.exact:
        return word
    text = _HOLE.sub(lambda found: values.get(found[1], found.group()), word.text)
    return Word(text, "{" not in text)


def templates(files: Mapping[str, Facts]) -> dict[str, Step]:
    """Steps that only stand for others to extend, by name."""
    return {
        step.name: step
        for _, facts in sorted(files.items())
        for step in facts.steps
        if step.attrs and ("template", "true") in step.attrs
    }


def extended(step: Step, known: Mapping[str, Step]) -> Step:
    """A step over the templates of other files that it extends: they give what it does not say itself.

    What comes from elsewhere stands at the step's own line.
    """
    for name in dict(step.attrs).get("extends", "").split(",") if step.attrs else ():
        base = known.get(name)
        if base is not None:
            commands = step.commands or tuple(replace(c, line=step.line) for c in base.commands)
            writes = step.writes or tuple(replace(ref, line=step.line) for ref in base.writes)
            condition = step.condition or base.condition
            step = replace(step, commands=commands, writes=writes, uses=step.uses or base.uses, condition=condition)
    return step


def in_module(names: Iterable[str], steps: Iterable[Step]) -> set[str]:
    """The names of Terraform resources that names lead to within one module: those that listen to them, and what these start."""
    found, listed = set(names), [(step.name, dict(step.attrs)) for step in steps]
    for _ in range(MAX_LISTENERS):
        more = {name for name, attrs in listed if found & set(attrs.get("listens", "").split(","))}
        more |= {
            other for name, attrs in listed if name in found for other in attrs.get("starts", "").split(",") if other
        }
        if more <= found:
            break
        found |= more
    return found


def prepared(path: str, facts: Facts, files: Mapping[str, Facts], known: Mapping[str, Step]) -> Iterator[Step]:
    """The steps of a file as they are meant beside the other files: templates left out and taken over, variables filled."""
    values = shared_values(path, facts, files) if facts.kind == "azure-pipelines" else {}
    for step in facts.steps:
        if not known or ("template", "true") not in step.attrs:
            found = files_of_variables(path, step, files) if facts.kind == "compose" and step.commands else values
            made = with_values(step, found) if found else step
            yield extended(made, known) if known else made


class Following:
    """Which workflows start when another one is complete."""

    def __init__(self, files: Mapping[str, Facts]) -> None:
        self._named: dict[str, list[str]] = {}
        self._after: dict[str, list[str]] = {}
        for path, facts in sorted(files.items()):
            if facts.kind != "github-actions":
                continue
            for name in (facts.attr("name"), path.rpartition("/")[2]):
                self._named.setdefault(name or path, []).append(path)
            for trigger in facts.triggers:
                if ("event", "workflow_run") in trigger.attrs:
                    for name in dict(trigger.attrs).get("workflows", "").split(","):
                        self._after.setdefault(name, []).append(path)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """A workflow, and one that starts when it is complete."""
        for name, followers in sorted(self._after.items()):
            for path in self._named.get(name, ()):
                yield from ((path, follower) for follower in followers if root_of(path) == root_of(follower))

    def closure(self, path: str) -> list[str]:
        """A file, and all that start one after the other once it is complete."""
        pairs = list(self.pairs())
        found = [path]
        for current in found:
            found += [follower for first, follower in pairs if first == current and follower not in found]
        return found


def is_excluded(condition: str, trigger: Trigger) -> bool:
    """Whether the condition of a job rules out that this trigger starts it: every alternative names another event."""
    event = dict(trigger.attrs).get("event", trigger.kind)
    return bool(condition) and all(_excludes(part, event) for part in condition.split("||"))


def _excludes(alternative: str, event: str) -> bool:
    found = _EVENT_IS.findall(alternative)
    return bool(_NEVER.fullmatch(alternative.strip())) or any((sign == "==") != (name == event) for sign, name in found)
