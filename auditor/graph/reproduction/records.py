"""Questions about the records of training: what a run leaves behind of itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.grouping import DESCRIBING, fits_only
from auditor.graph.data.versions import Training, trainings
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.observed.lineage import Touch
from auditor.graph.reproduction.written_down import gives_what_is_learned, written_down
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Call, Expr, With
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import placed

KINDS = ("parameters", "metrics", "the model", "the version of code and data")
"""What a record of a run has to hold (Google MLOps level 1, metadata management)."""
_METRIC_FILE = regex(r"(metric|score|result|report|history|eval|perform|summary|loss|log|accura|trial|stats)", re.I)
_TABLES = frozenset({
    "json", "csv", "tsv", "yaml", "yml", "txt", "jsonl", "log", "pkl", "pickle", "md", "html", "toml", "xlsx", "xls",
    "npz", "npy", "parquet", "feather", "db", "sqlite",
})  # fmt: skip
"""Files in which figures or settings are kept."""
_RESULTS = regex(r"(^|/)(metrics?|results?|scores?|evaluations?|benchmarks?|leaderboards?)/", re.I)
_ANSWERS = regex(r"predict|forecast|submission|samples|split|fold|embedd|feature", re.I)
"""What else than figures a folder of results may hold."""
_PARAM_FILE = regex(r"(param|config|setting|arg|hyper|option)", re.I)
_BY_ROLE = {
    Role.LOG_PARAM: {"parameters"},
    Role.LOG_METRIC: {"metrics"},
    Role.LOG_ARTIFACT: {"the model"},
    Role.REGISTER: {"the model", "the version of code and data"},
    Role.SAVE_MODEL: {"the model"},
}
_OUTPUTS = frozenset({"output_path", "checkpoint_path", "model_save_path"})
"""Arguments by which a fit is told where to keep the model."""
_PROFILES = frozenset({"torch.profiler.profile", "torch.autograd.profiler.profile", "cProfile.Profile"})
_PIPED = frozenset({"dvc", "mlproject", "azureml", "kfp", "sagemaker", "databricks"})


class Record(msgspec.Struct, frozen=True):
    """A training program and which of `KINDS` its runs leave a record of; `unsure`: something it writes is not known;
    `noted`: it is a notebook, or the text of one; `needed`: something starts or names it, or what imports it."""

    training: Training
    held: frozenset[str]
    unsure: bool
    noted: bool
    needed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether a program that something starts keeps a model, and neither what it was made with nor how good it is."""
        unread = not self.held & {"parameters", "metrics"}
        return self.needed and not self.noted and "the model" in self.held and unread

    @property
    def missing(self) -> tuple[str, ...]:
        """What no record is left of."""
        return tuple(kind for kind in KINDS if kind not in self.held)


def records(world: World, owned: Callable[[str], bool]) -> list[Record]:
    """The training programs of a component with what their runs record."""
    found = [training for training in trainings(world, owned) if not places.is_exploratory(training.program)]
    # What only describes its rows for others prepares them, where another program trains.
    makers = {training.program for training in found if not fits_only(world, training.program, DESCRIBING)}
    told = [
        Record(
            training,
            frozenset(_held(world, training.program)),
            _unsure(world, training.program),
            world.is_notebook(training.program),
            world.once(Started).needs(training.program),
        )
        for training in found
        if (training.program in makers or not makers) and not _is_lent(world, training, found)
    ]
    served = {effect.site[0] for effect in world.resolved.effects.own_playing(Role.SERVE) if not effect.dead}
    asked = {record.training.program for record in told if record.training.program in served}
    return [
        record
        for record in told
        if "the model" in record.held
        # What a request has trained and nothing keeps is an answer: it goes to whoever asked.
        or not (_starts_any(world, record.training.program, asked) or _is_measured(world, record.training))
    ]


def _starts_any(world: World, program: str, asked: set[str]) -> bool:
    """Whether a program is one that answers requests, or runs the body of one by importing it."""
    return program in asked or any((each, 0) in world.lineage.reached(program) for each in sorted(asked))


def _is_measured(world: World, training: Training) -> bool:
    """Whether a training is run under a profiler: where it keeps no model, it was to see where the time goes."""
    fits = [effect for effect in world.lineage.effects_of_program(training.program, Role.FIT) if world.trains(effect)]
    return any(
        _profiles(world, item, Frame(*effect.site, block=each.block))
        for effect in fits
        for each in placed(world.resolved.code.scope(*effect.site).body)
        if type(each.statement) is With and each.line <= effect.line <= each.statement.end_line
        for item, _ in each.statement.items
    )


def _profiles(world: World, item: Expr, frame: Frame) -> bool:
    func = item.func if type(item) is Call else item
    return world.resolved.evaluator.denoter.dotted(func, frame) in _PROFILES


def _is_lent(world: World, training: Training, found: Iterable[Training]) -> bool:
    """Whether other programs import a module and train by what it defines: the run is theirs, and so is its record.

    What it starts for itself, to try what it defines, leaves no model that anybody uses, unless a command starts it.
    """
    path = training.program
    if training.place.path != path or path.endswith(".ipynb") or path in world.started:
        return False
    importers = world.resolved.code.importers(path)
    return any(other.program in importers and other.place == training.place for other in found)


def _held(world: World, program: str) -> set[str]:
    recorded = world.once(_recorded)(program)
    held = {kind for number, kind in enumerate(KINDS) if recorded >> number & 1}
    for touch in world.lineage.of_program(program):
        if touch.way == "write":
            held |= _by_file(touch)
    for step in _steps_of(world, program):
        held |= _by_step(step)
    asking = world.once(_asking_git)
    if asking and any(site[0] in asking for site in world.lineage.reached(program)):
        held.add("the version of code and data")
    if held and "the model" not in held:
        fits = world.lineage.effects_of_program(program, Role.FIT)
        held |= {"the model"} if any(gives_what_is_learned(world, fit) for fit in fits) else set()
    return held


def _recorded(world: World) -> Callable[[str], int]:
    """By program which of `KINDS` its effects record, as bits of a number: all that trains is asked for."""
    return world.lineage.told(lambda effect: sum(1 << KINDS.index(kind) for kind in _by_effect(world, effect)))


def _asking_git(world: World) -> frozenset[str]:
    """The files that ask git for the version of the code."""
    code = world.resolved.code
    return frozenset(path for path in code.paths if any("rev-parse" in text for text in code.texts(path)))


def _by_effect(world: World, effect: Effect) -> set[str]:
    if effect.dead:
        return set()
    found = set(_BY_ROLE.get(effect.role, ())) | written_down(world, effect)
    if effect.domain == "tracking":
        found.add("the version of code and data")  # trackers note the commit by themselves
        if "autolog" in effect.name:
            found |= {"parameters", "metrics", "the model"}
        if any(name in ("config", "params", "hparams") for name, _ in effect.call.keywords):
            found.add("parameters")
    if effect.role is Role.LOG and effect.entry.attrs.get("local"):
        found.add("metrics")
    if effect.role is Role.FIT and effect.entry.library in (
        "lightning",
        "pytorch_lightning",
        "transformers",
        "ultralytics",
    ):
        found |= {"metrics", "the model"}  # their trainers keep both by default
    if effect.role is Role.FIT and effect.entry.library in ("transformers", "ultralytics"):
        found.add("parameters")  # and these the arguments beside every checkpoint
    if effect.role is Role.FIT and _OUTPUTS & {name for name, _ in effect.call.keywords}:
        found.add("the model")
    if effect.name.startswith("git.Repo"):
        found.add("the version of code and data")
    if effect.name == "hydra.main" and not world.once(_hydra_keeps_nothing):
        found.add("parameters")  # it writes the settings of a run into the folder of its outputs
    return found


def _hydra_keeps_nothing(world: World) -> bool:
    """Whether settings tell Hydra to write none of them down."""
    return any(
        leaf.key.rpartition(".")[2] == "output_subdir" and leaf.value is None
        for facts in world.files.values()
        for leaf in facts.leaves
    )


def _by_file(touch: Touch) -> set[str]:
    path = (touch.artefact.path or touch.artefact.id).rpartition("/")[2]
    if touch.kind is NodeKind.MODEL:
        return {"the model"}
    if places.suffix(path) not in _TABLES:
        return set()
    told = touch.artefact.path or ""
    figures = _METRIC_FILE.search(path) or (_RESULTS.search(told) and not _ANSWERS.search(path))
    found = {"metrics"} if figures else set()
    return found | ({"parameters"} if _PARAM_FILE.search(path) else set())


def _steps_of(world: World, program: str) -> Iterator[DeclaredStep]:
    return (step for step in world.steps.all if step.tool in _PIPED and program in world.steps.programs(step))


def _by_step(step: DeclaredStep) -> set[str]:
    """What a pipeline tool records of a step: its parameters, outputs and their versions."""
    found = {"the version of code and data"}
    found |= {"parameters"} if step.params or step.tool != "dvc" else set()
    found |= {"the model"} if step.writes else set()
    if any(declared.ref.kind == "metric" or declared.ref.how in ("metrics", "plots") for declared in step.writes):
        found.add("metrics")
    return found


def _unsure(world: World, program: str) -> bool:
    """Whether a program writes something whose name is not known, or an orchestrator may keep what its functions return."""
    if program in world.lineage.flows:
        return True
    wanted = (Role.WRITE, Role.SAVE_MODEL)
    return any(effect.role in wanted for effect in world.lineage.unresolved_of_program(program))
