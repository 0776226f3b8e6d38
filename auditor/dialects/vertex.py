"""Vertex AI jobs that code starts by itself: training, tuning, batch prediction, with the data that they are given.

Pipelines of Vertex AI are written in the language of Kubeflow pipelines, which its own dialect reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from auditor.dialects.commanding import commands, words
from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, reaching
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.things import Arguments, Plain, Thing, Where, options, parts
from auditor.dialects.worker_pools import Pool, first_pool
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step, Word
from auditor.program import Resolved
from auditor.program.symbolic.values import normal

TOOL = "vertex"
CONDITIONAL = 0.8
_LIBRARY = "google.cloud.aiplatform."
_TRAINING = frozenset({
    "CustomJob", "CustomTrainingJob", "CustomContainerTrainingJob", "CustomPythonPackageTrainingJob", "HyperparameterTuningJob",
    "AutoMLTabularTrainingJob", "AutoMLImageTrainingJob", "AutoMLTextTrainingJob", "AutoMLVideoTrainingJob",
    "AutoMLForecastingTrainingJob", "BatchPredictionJob",
})  # fmt: skip
_READS = (
    "gcs_source",
    "bq_source",
    "gcs_source_uris",
    "bigquery_source",
    "annotation_schema_uri",
    "model_artifact_uri",
)
_WRITES = (
    "base_output_dir",
    "gcs_destination",
    "gcs_destination_prefix",
    "bigquery_destination_prefix",
    "staging_bucket_dir",
)
_STARTS = frozenset({"run", "submit", "batch_predict"})


@dataclass(eq=False)
class Dataset:
    """A managed data set, by what it was made from."""

    args: Arguments


@dataclass(eq=False)
class Job:
    """A job, with the arguments of all calls that made and started it."""

    kind: str
    where: Where
    made: Arguments
    started: list[Arguments] = field(default_factory=list)

    def given(self, name: str) -> Thing | None:
        """An argument, wherever it was given."""
        return next((thing for args in (self.made, *self.started) if (thing := args.get(name)) is not None), None)


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every job that the given files and those that import them start."""
    meaning = Vertex()
    machine = meaning.machine = Machine(resolved, meaning)
    own = [path for path in paths if _imports(resolved, path)]
    for path in reaching(resolved, own) if own else ():
        machine.start(path)
    ids = StepIds()
    inner = {id(thing) for job in meaning.jobs for thing in options(job.given("custom_job"))}
    for job in meaning.jobs:
        if id(job) not in inner:
            yield _pipeline(machine, job, ids)
    yield from machine.cut(own)


def _imports(resolved: Resolved, path: str) -> bool:
    """Whether a file imports this part of a library that has many."""
    return any(
        f"{imported.module}.".startswith(_LIBRARY)
        or (imported.module == "google.cloud" and imported.name == "aiplatform")
        for number in resolved.code.scopes(path)
        for statement, _, _ in resolved.code.index(path, number).imports
        for imported in statement.names
    )


class Vertex(Meaning):
    """What the classes of the library make; `jobs` are all jobs of the program."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.jobs: list[Job] = []

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Jobs and managed data sets."""
        if not dotted.startswith(_LIBRARY):
            return None
        named, _, last = dotted.removeprefix(_LIBRARY).rpartition(".")
        kind = named.rpartition(".")[2]
        if last in _TRAINING:
            return self._job(last, args, where)
        if (last == "from_local_script" and kind in _TRAINING) or (last == "create" and kind == "BatchPredictionJob"):
            return self._job(kind, args, where)
        return Dataset(args) if last == "create" and kind.endswith("Dataset") else None

    def _job(self, kind: str, args: Arguments, where: Where) -> Job:
        job = Job(kind, where, args)
        self.jobs.append(job)
        return job

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """`job.run(…)`."""
        if isinstance(receiver, Job) and name in _STARTS:
            receiver.started.append(args)
        return None


def _pipeline(machine: Machine, job: Job, ids: StepIds) -> Pipeline:
    where = job.where
    inner = next((thing for thing in options(job.given("custom_job")) if isinstance(thing, Job)), job)
    named = next((word.text for word in words(machine, job.given("display_name") or job.given("job_display_name"))), "")
    name = named or job.kind
    pool = _pool(machine, inner)
    doubt = CONDITIONAL if where.conditional else 1.0
    step = Step(
        name, TOOL, where.line, where.end_line, tuple(commands(list(pool.words), where.line)),
        folder=_folder(machine, inner), variants=0 if where.repeated else 1, uses=(mask(pool.image),) if pool.image else (),
        attrs=(("type", job.kind),),
    )  # fmt: skip
    reads, writes = ([*_touched(machine, job, names)] for names in (_READS, _WRITES))
    for thing in options(job.given("dataset")):
        reads += _touched(machine, Job("Dataset", where, thing.args), _READS) if isinstance(thing, Dataset) else ()
    made = CodeStep(
        ids.new(where.path, name), where.path, step, tuple(reads), tuple(writes), confidence=round(0.95 * doubt, 3)
    )
    return Pipeline(name, TOOL, where.path, where.line, (made,), where.end_line, confidence=round(0.95 * doubt, 3))


def _pool(machine: Machine, job: Job) -> Pool:
    """What a job runs: its script, its module, its container, or that of its first pool of workers."""
    given = tuple(words(machine, job.given("args")))
    image = next(
        (
            w.text
            for n in ("container_uri", "model_serving_container_image_uri")
            for w in words(machine, job.given(n))
            if w.exact
        ),
        "",
    )
    script, module = (next(words(machine, job.given(name)), None) for name in ("script_path", "python_module_name"))
    if script is not None:
        return Pool((Word("python"), script, *given), image)
    if module is not None:
        return Pool((Word("python"), Word("-m"), module, *given), image)
    command = tuple(words(machine, job.given("command")))
    return Pool((*command, *given), image) if command or image else first_pool(machine, job.given("worker_pool_specs"))


def _folder(machine: Machine, job: Job) -> str:
    """The folder in which the script of a job lies where it was named: at the root, or beside the code."""
    for word in words(machine, job.given("script_path")):
        beside = dirname(job.where.path)
        if word.exact and normal(f"{beside}/{word.text}") in machine.resolved.files:
            return beside
    return ""


def _touched(machine: Machine, job: Job, names: tuple[str, ...]) -> Iterator[Declared]:
    """The stores and tables that arguments name."""
    for name in names:
        for part in parts(job.given(name) or Plain(None)):
            for value in machine.values(part)[:1]:
                text = mask(value.text())
                identity = _table(text) or (path_identity(text, "") if "://" in text else None)
                if identity is not None and not text.partition("://")[2].startswith("{"):
                    ref = Ref(text, "dataset", name, job.where.line, not value.exact)
                    yield Declared(*identity, ref, text, NodeKind.DATASET, 0.85 if value.exact else 0.6)


def _table(text: str) -> tuple[str, None] | None:
    """`bq://project.dataset.table`."""
    parts_of = text.removeprefix("bq://").lower().split(".")
    named = text.startswith("bq://") and len(parts_of) == 3 and "{" not in text
    return ("table:" + ".".join(("*", *parts_of)), None) if named else None
