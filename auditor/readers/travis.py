"""Travis CI: its jobs, with the phases of each as one shell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.checkout import from_root
from auditor.language.credentials import mask, mask_value
from auditor.language.node import ABSENT, Node
from auditor.language.script_lines import read_lines
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Step, Trigger
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "travis"

_PHASES = (
    "before_install", "install", "before_script", "script", "after_success", "after_failure", "after_script",
    "before_deploy", "after_deploy",
)  # fmt: skip
_TYPE = regex(r"\btype\s*(=|!=|IN)\s*\(?\s*([\w, ]+?)\s*(?:\)|$|AND|OR)", re.IGNORECASE)
_ASSIGNED = regex(r"(?<![^\s])([A-Za-z_]\w*)=('[^']*'|\"[^\"]*\"|\S*)")
_MATRIX = frozenset({"global", "jobs", "matrix", "secure"})
_EVENTS = {"push": "push", "pull_request": "pull_request", "cron": "schedule", "api": "event"}


def read(text: str) -> Facts:
    """A step per listed job, else one for the whole build; a job that waits for a cron is the evidence of a schedule."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    jobs = root.get("jobs") or root.get("matrix")
    listed = list(jobs.get("include").maps()) if jobs.kind == "map" else list(jobs.maps())
    named = [(_name(job, number), job) for number, job in enumerate(listed)]
    axes = [root.get(axis) for axis in ("python", "env", "os")]
    own = not named or any(len(axis.parts) > 1 for axis in axes)
    steps = [_job("build", root, root, ())] if own and root.kind == "map" else []
    steps += [_job(name, job, root, _before(number, listed)) for number, (name, job) in enumerate(named)]
    versions = [node.raw for holder in (root, *listed) for node in holder.get("python").texts()]
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(_triggers(root, [("build", ABSENT), *named] if own else named)) if steps else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), *(("python", version) for version in dict.fromkeys(versions))]),
        troubles=troubles,
    )


def _name(job: Node, number: int) -> str:
    return f"{number} {job.get('name').raw or job.get('stage').raw or 'job'}"


def _before(number: int, jobs: list[Node]) -> tuple[str, ...]:
    """The jobs of the stage before: a job without a stage belongs to that of the one above it."""
    stages: list[str] = []
    for job in jobs:
        stages.append(job.get("stage").raw or (stages[-1] if stages else ""))
    order = list(dict.fromkeys(stages))
    at = order.index(stages[number])
    return tuple(_name(job, n) for n, job in enumerate(jobs) if at and stages[n] == order[at - 1])


def _job(name: str, job: Node, root: Node, after: tuple[str, ...]) -> Step:
    nodes = [
        node for phase in _PHASES for node in (job.get(phase) or root.get(phase)).texts() if node.value is not True
    ]
    deploys = [part for part in (job.get("deploy") or root.get("deploy")).maps() if part.get("script").is_scalar]
    counts = [len(job.get(axis).parts) for axis in ("python", "os") if job.get(axis).parts]
    env = job.get("env")
    counts += [len(part.parts) for part in (env, env.get("jobs"), env.get("matrix")) if part.parts]
    variants = 1
    for count in counts:
        variants *= count
    return Step(
        name=name,
        tool=TOOL,
        line=1 if job is root else job.line,
        end_line=max(1, job.end_line),
        commands=read_lines(
            [node for node in nodes if node.raw not in ("skip", "true")] + [d.get("script") for d in deploys],
            lambda text: from_root(text, "TRAVIS_BUILD_DIR"),
            tuple(_variables(root.get("env"), job.get("env"))),
        ),
        after=after,
        rooted=True,
        condition=job.get("if").raw[:500],
        variants=variants,
        uses=tuple(f"docker:{mask(node.raw)}" for node in root.get("services").texts()),
        attrs=pairs([("stage", job.get("stage").raw), ("deploy", ",".join(_providers(job)))]),
    )


def _variables(*holders: Node) -> Iterator[tuple[str, str]]:
    """The variables that every run of a job has: the global ones, and its own where they make no matrix of it."""
    known: dict[str, str] = {}
    for env in holders:
        shared = env.get("global") if env.kind == "map" else env
        alone = shared.parts if env.kind == "map" else shared.parts if len(shared.parts) < 2 else []
        for part in alone or ([shared] if not shared.parts else []):
            known |= {name: value.raw for name, value in part.items() if value.is_scalar}
            known |= {found[1]: found[2].strip("'\"") for found in _ASSIGNED.finditer(part.raw)}
    yield from ((name, mask_value(name, value)) for name, value in known.items() if name not in _MATRIX)


def _providers(job: Node) -> Iterator[str]:
    yield from (part.get("provider").raw for part in job.get("deploy").maps() if part.get("provider"))


def _triggers(root: Node, named: list[tuple[str, Node]]) -> Iterator[Trigger]:
    whole = _kinds(root.get("if").raw)
    narrowed = {name: kinds for name, job in named if (kinds := _kinds(job.get("if").raw))}
    for kind in whole or ("push", "pull_request"):
        names = tuple(name for name, _ in named if kind in narrowed.get(name, (kind,)))
        yield Trigger(kind, "", root.line_of("if") if whole else 1, names if narrowed else ())
    for name, job in named:
        if "schedule" in narrowed.get(name, ()):
            yield Trigger("schedule", "", job.line_of("if"), (name,), (("inferred", "true"),))


def _kinds(condition: str) -> tuple[str, ...]:
    """The kinds of trigger that a condition lets through; none where it leaves that open."""
    found = _TYPE.search(condition)
    if found is None:
        return ()
    said = [_EVENTS[word.strip()] for word in found[2].split(",") if word.strip() in _EVENTS]
    return tuple(kind for kind in _EVENTS.values() if kind not in said) if found[1] == "!=" else tuple(said)


READER = Reader(name=TOOL, names=(".travis.yml",), read=over_text(read))
