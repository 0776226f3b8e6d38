"""GitLab CI: the jobs of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from auditor.language.credentials import mask, mask_value
from auditor.language.image import python_of
from auditor.language.node import ABSENT, MapNode, Node
from auditor.language.paths import kind_of_path
from auditor.language.script_lines import read_lines
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "gitlab-ci"
MAX_JOBS = 2_000
MAX_DEPTH = 20
MAX_FOLLOWED = 100_000  # values looked at while references are followed

_NO_JOBS = frozenset({
    "stages", "variables", "default", "include", "workflow", "image", "services", "before_script", "after_script",
    "cache", "spec", "types",
})  # fmt: skip
_SCRIPTS = ("before_script", "script", "after_script")
_SOURCE = regex(r"""\$\{?CI_PIPELINE_SOURCE\}?\s*(==|!=)\s*["'](\w+)["']""")
_SOURCES = {
    "push": "push", "merge_request_event": "pull_request", "external_pull_request_event": "pull_request",
    "schedule": "schedule", "web": "manual", "webide": "manual", "chat": "manual", "api": "event", "trigger": "event",
    "pipeline": "event",
}  # fmt: skip
_ONLY = {
    "merge_requests": "pull_request", "schedules": "schedule", "web": "manual", "api": "event", "triggers": "event",
    "pipelines": "event", "pushes": "push", "branches": "push", "tags": "push",
}  # fmt: skip


def read(text: str) -> Facts:
    """A step per job, with what `extends` and `!reference` bring; one of a template (`.name`) for jobs of other files."""
    documents, duplicates, troubles = read_yaml(text)
    root = next((document for document in reversed(documents) if document.kind == "map"), None)
    if root is None:
        return Facts(kind=TOOL, troubles=troubles)
    whole = _Pipeline(root)
    names = [name for name, job in root.items() if name not in _NO_JOBS and _is_job(name, job)]
    real = {name: whole.job(name) for name in names if not name.startswith(".")}
    steps = [_job(name, whole, _order(name, real, root)) for name in names]
    images = [image.removeprefix("docker://") for step in steps for image in step.uses if image.startswith("docker://")]
    versions = dict.fromkeys(("python", python_of(image)) for image in images)
    return Facts(
        kind=TOOL,
        steps=tuple(steps),
        triggers=tuple(_triggers(whole, real)),
        references=tuple(_includes(root)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), *versions]),
        troubles=troubles,
    )


def _is_job(name: str, job: Node) -> bool:
    """A map with something to do; a hidden one may be any template."""
    own = ("script", "trigger", "extends", "run")
    return job.kind == "map" and (name.startswith(".") or any(job.get(key) for key in own) or bool(job.get("stage")))


class _Pipeline:
    """The document, with what its jobs take from each other."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._done: dict[str, Node] = {}
        self._left = MAX_FOLLOWED

    def job(self, name: str) -> Node:
        """A job over what it extends: maps are merged, everything else is replaced; the nearest wins."""
        if name not in self._done:
            made = self._done[name] = self.root.get(name)  # seen by itself while it is being merged
            for parent in reversed(list(made.get("extends").texts())):
                base = self.job(parent.raw) if len(self._done) < MAX_JOBS else ABSENT
                made = _over(base, made) if base.kind == "map" and base is not made else made
            self._done[name] = made
        return self._done[name]

    def texts(self, node: Node) -> Iterator[Node]:
        """The scalars of a value, those that `!reference [job, key]` points to in its place."""
        yield from (part for part in self._parts(node, 0) if part.is_scalar)

    def maps(self, node: Node) -> Iterator[Node]:
        """The maps of a list such as `rules`, references followed."""
        yield from (part for part in self._parts(node, 0) if part.kind == "map")

    def _parts(self, node: Node, depth: int) -> Iterator[Node]:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            return
        if node.tag == "!reference":
            target = self.root
            for part in node.texts():
                target = target.get(part.raw)
            yield from self._parts(target, depth + 1)
        elif node.kind == "list":
            for part in node.parts:
                yield from self._parts(part, depth + 1)
        else:
            yield node


def _over(base: Node, top: Node, depth: int = 0) -> Node:
    made = MapNode(top.line, top.end_line, tag=top.tag)
    for source in (base, top):
        for key, value in source.items():
            former = made.entries.get(key)
            both = former is not None and former.kind == value.kind == "map" and depth < MAX_DEPTH
            made.entries[key] = _over(former, value, depth + 1) if both and former is not None else value
            made.key_lines[key] = source.line_of(key)
    return made


def _job(name: str, whole: _Pipeline, after: tuple[str, ...]) -> Step:
    job, root = whole.job(name), whole.root
    line = root.line_of(name)
    unknown = [parent.raw for parent in job.get("extends").texts() if not root.get(parent.raw)]
    settings = [(key, job.get(key).raw) for key in ("stage", "when", "resource_group", "coverage", "retry")]
    environment = job.get("environment")
    return Step(
        name=name,
        tool=TOOL,
        line=line,
        end_line=max(line, root.get(name).end_line),
        commands=_commands(job, whole),
        reads=tuple(_received(job, whole)),
        writes=tuple(_artifacts(job)),
        after=after,
        rooted=True,
        condition="; ".join(rule.get("if").raw for rule in whole.maps(job.get("rules")) if rule.get("if"))[:500],
        variants=_variants(job.get("parallel")),
        uses=tuple(_uses(job, root)),
        attrs=pairs(
            [
                *settings,
                ("environment", environment.raw or environment.get("name").raw),
                ("tags", ",".join(node.raw for node in job.get("tags").texts())),
                ("allow-failure", job.get("allow_failure").value is True or ""),
                ("template", name.startswith(".") or ""),
                ("extends", ",".join(unknown)),
                *_environment(job),
            ]
        ),
    )


def _environment(job: Node) -> Iterator[tuple[str, str]]:
    for name, value in job.get("variables").items():
        yield f"env:{name}", mask_value(name, value.raw or value.get("value").raw)[:200]


def _commands(job: Node, whole: _Pipeline) -> tuple[Command, ...]:
    """The lines of a job run in one shell: `cd` lasts. What the job does not say, the default of the file says."""
    root = whole.root
    found = [job.get(key) or root.get("default").get(key) or root.get(key) for key in _SCRIPTS]
    variables = _variables(root.get("variables"), job.get("variables"))
    return read_lines((node for part in found for node in whole.texts(part)), environment=variables)


def _variables(*tables: Node) -> tuple[tuple[str, str], ...]:
    """The environment of a job; a variable may be a text or have one under `value`."""
    merged = {name: value.raw or value.get("value").raw for table in tables for name, value in table.items()}
    return tuple((name, mask_value(name, value)) for name, value in merged.items())


def _artifacts(job: Node) -> Iterator[Ref]:
    for node in job.get("artifacts").get("paths").texts():
        yield Ref(mask(node.raw), kind_of_path(node.raw), "artifacts", node.line, "$" in node.raw)


def _received(job: Node, whole: _Pipeline) -> Iterator[Ref]:
    """The artifacts of the jobs that this one names: they lie where those jobs left them."""
    named = [(node.raw, node.line) for key in ("needs", "dependencies") for node in job.get(key).texts()]
    needs = [entry for entry in job.get("needs").maps() if entry.get("artifacts").value is not False]
    named += [(entry.get("job").raw, entry.line) for entry in needs if not entry.get("project")]
    for name, line in dict(named).items():
        for ref in _artifacts(whole.job(name)):
            yield Ref(ref.path, ref.kind, "needs", line, ref.templated, (("job", name),))


def _uses(job: Node, root: Node) -> Iterator[str]:
    """Images, services, and the pipelines that a job starts."""
    for key in ("image", "services"):
        node = job.get(key) or root.get("default").get(key) or root.get(key)
        for part in node.parts or [node]:
            name = part.raw or part.get("name").raw
            if name:
                yield f"docker://{mask(name)}"
    trigger = job.get("trigger")
    if trigger.get("project"):
        yield f"project:{mask(trigger.get('project').raw)}"
    included = trigger.get("include")
    for node in (*included.texts(), *(entry.get("local") for entry in included.maps())):
        if node.is_scalar:
            yield f"./{mask(node.raw).lstrip('/')}"


def _variants(parallel: Node) -> int:
    if parallel.kind == "int":
        return int(parallel.raw)
    counts = [prod(max(len(axis.parts), 1) for _, axis in entry.items()) for entry in parallel.get("matrix").maps()]
    return sum(counts) if counts else 1


def _order(name: str, jobs: dict[str, Node], root: Node) -> tuple[str, ...]:
    """The jobs that `needs` names; without it those of the nearest earlier stage that has any."""
    job = jobs.get(name, ABSENT)
    needs = job.get("needs")
    if needs:
        entries = [entry.get("job").raw for entry in needs.maps() if entry.get("job") and not entry.get("project")]
        return tuple(node.raw for node in needs.texts()) + tuple(entries)
    stages = [".pre", *([node.raw for node in root.get("stages").texts()] or ["build", "test", "deploy"]), ".post"]
    stage = job.get("stage").raw or "test"
    for previous in reversed(stages[: stages.index(stage)] if stage in stages and name in jobs else []):
        names = tuple(other for other, at in jobs.items() if (at.get("stage").raw or "test") == previous)
        if names:
            return names
    return ()


def _triggers(pipeline: _Pipeline, jobs: dict[str, Node]) -> Iterator[Trigger]:
    """What starts which jobs. Schedules themselves are set in the web interface: a job that waits for one is the evidence."""
    root, whole = pipeline.root, _kinds(pipeline.root.get("workflow"), pipeline)
    by_kind: dict[str, list[str]] = {}
    for name, job in jobs.items():
        asked = _kinds(job, pipeline)
        for kind in ("manual",) if job.get("when").raw == "manual" else asked or whole or {"push": 0}:
            by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        everything = len(names) == len(jobs)
        if kind == "schedule":
            for name in names:
                line = _kinds(jobs[name], pipeline).get(kind) or whole.get(kind) or root.line_of(name)
                yield Trigger(kind, "", line, (name,), (("inferred", "true"),))
        else:
            yield Trigger(kind, "", root.line_of(names[0]), () if everything else tuple(names))


def _kinds(job: Node, pipeline: _Pipeline) -> dict[str, int]:
    """The kinds of trigger that the rules of a job ask for, each with its line; none where they leave it open."""
    found: dict[str, int] = {}
    for rule in pipeline.maps(job.get("rules")):
        condition = rule.get("if").raw
        named = [source for sign, source in _SOURCE.findall(condition) if sign == "=="]
        if rule.get("when").raw == "never":
            continue
        for source in named:
            found.setdefault(_SOURCES.get(source, "event"), rule.line)
        if not named:
            found.setdefault("manual" if rule.get("when").raw == "manual" else "push", rule.line)
    only = job.get("only")
    for node in (*only.texts(), *only.get("refs").texts()):
        found.setdefault(_ONLY.get(node.raw, "push"), node.line)
    return found


def _includes(root: Node) -> Iterator[Ref]:
    include = root.get("include")
    for node in include.texts():
        how = "include:remote" if "://" in node.raw else "include:local"
        yield Ref(mask(node.raw), "config", how, node.line)
    for entry in include.maps():
        for how in ("local", "remote", "template", "file", "component"):
            for node in entry.get(how).texts():
                attrs = pairs([("project", mask(entry.get("project").raw)), ("ref", entry.get("ref").raw)])
                yield Ref(mask(node.raw), "config", f"include:{how}", node.line, attrs=attrs)


READER = Reader(
    name=TOOL,
    names=(".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", "*gitlab-ci*.yml", "*/.gitlab/ci/*.yml", "*/.gitlab-ci/*.yml"),
    read=over_text(read),
)  # fmt: skip
