"""What kind of thing a component is: signals with weights, read from the graph (RULES §3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import prod

from auditor.graph import places
from auditor.graph.declared.steps import AUTOMATION, DEPLOYING, MODEL_SERVERS, PIPELINES, SERVING, DeclaredStep
from auditor.graph.parts.portrait import Portrait, Signal
from auditor.graph.parts.studies import OVER, is_of_contest, tunes_beside
from auditor.graph.parts.teaching import notebooks, teaching
from auditor.model.archetypes import NAMES
from auditor.model.artefact import Role
from auditor.model.audit import ArchetypeScore
from auditor.model.regex import regex
from auditor.program.running.runs import Run

SURE = 0.6
SHOWN = 0.3
PLAIN = 0.8
"""From this confidence on nothing but a deployment makes a tutorial more than that."""
LIBRARY = 0.5
"""From this confidence on what trains is there for its users to train with."""
_METADATA = 0.35
"""What the metadata of a package say by themselves."""
_SIBLINGS = ("side by side", "numbered folders", "called lessons or labs")
_TASK_RUNNERS = frozenset({"invoke", "nox", "fabric"})
"""They run the chores of developers, not steps over data."""

_STANDARD_LIBRARY = "Python standard library"
_PAPER = regex(
    r"arxiv\.org|@(?:article|inproceedings|misc)\s*\{|openreview\.net|\bour paper\b|official (?:pytorch |tensorflow )?implementation|this paper",
    re.I,
)
_PUBLISH = regex(r"pypi-publish|twine upload|(?:uv|poetry|flit|hatch|pdm|maturin) publish")


def archetypes(portrait: Portrait, override: str = "") -> tuple[ArchetypeScore, ...]:
    """Archetypes of a component with confidence in [0, 1], the strongest first; none where the tree holds no code that is read."""
    if override:
        return tuple(
            ArchetypeScore(letter, NAMES[letter], 1.0, ("set in the configuration",))
            for letter in override
            if letter in NAMES
        )
    signals = [signal for ask in SIGNALS for signal in ask(portrait)]
    if all(signal.letter == "L" for signal in signals) and _combine(signals) < LIBRARY and _is_study(portrait):
        signals.append(
            Signal("R", LIBRARY, "reads data, divides it, trains and judges, and nobody is told to install it")
        )
    scores = {letter: _combine(s for s in signals if s.letter == letter) for letter in NAMES}
    _settle(scores, signals)
    found = [
        ArchetypeScore(letter, NAMES[letter], round(score, 2), tuple(s.says for s in signals if s.letter == letter))
        for letter, score in scores.items()
        if score >= SHOWN
    ]
    if not found and (portrait.resolved.code.paths or _is_unseen(portrait)):
        found = [_fallback(portrait)]
    return tuple(sorted(found, key=lambda a: (-a.confidence, a.letter)))


def _is_unseen(portrait: Portrait) -> bool:
    """Whether there are programs whose content this clone does not have: what they are is not known, not nothing."""
    resolved = portrait.resolved
    return any(places.suffix(path) in ("py", "ipynb") and path not in resolved.files for path in resolved.tree)


def _combine(signals: Iterable[Signal]) -> float:
    listed = list(signals)
    missing = 1.0
    for signal in listed:
        if signal.weight > 0:
            missing *= 1 - signal.weight
    against = sum(-signal.weight for signal in listed if signal.weight < 0)
    return max(0.0, 1 - missing - against)


def _settle(scores: dict[str, float], signals: list[Signal]) -> None:
    """Archetypes that exclude each other: what is built to be taught or installed is not thereby operated."""
    library = " ".join(signal.says for signal in signals if signal.letter == "L")
    published = "publishes" in library or ("classifiers" in library and "installs" in library)
    staged = any(signal.letter == "P" and "declared stages" in signal.says for signal in signals)
    if any(signal.says == OVER for signal in signals) and not staged and scores["S"] < SURE:
        scores["P"] *= 0.6  # nobody runs it again when the competition is over
    # What trains in steps and answers too is so all the more.
    operated = 1 - prod(1 - scores[letter] for letter in "PSA")
    if operated >= SURE and not published and scores["L"] < operated:
        scores["L"] *= 0.4
    # What is published and nobody is told to install is what its authors train with.
    own = any("started by hand" in each.says for each in signals) and scores["R"] >= LIBRARY
    if own and "publishes" in library and "installs" not in library:
        scores["L"] *= 0.6
    if published and scores["L"] >= SURE:
        for letter in "SRTN" if staged else "PSRTN":
            scores[letter] *= 0.5
    siblings = any(mark in signal.says for signal in signals for mark in _SIBLINGS)
    if scores["T"] >= SURE:
        # A course that ships one product with its service and deployment is operated; siblings side by side are examples.
        deployed = any(signal.letter == "S" and "deploys" in signal.says for signal in signals)
        for letter in "" if deployed and not siblings else "SA":
            scores[letter] *= 0.6
        for letter in "PR" if siblings or (scores["T"] >= PLAIN and not deployed) else "":
            scores[letter] *= 0.6
        if scores["T"] >= PLAIN or any("notebooks are lessons" in signal.says for signal in signals):
            scores["N"] *= 0.6  # what is there to be learnt from is no analysis
    if scores["N"] >= SURE:
        scores["R"] *= 0.6


def _is_study(portrait: Portrait) -> bool:
    """Whether a whole study is there, from the data to the judgement, and not only what others could use for one."""
    return all(portrait.roles.get(role) for role in (Role.READ, Role.SPLIT, Role.FIT, Role.EVALUATE))


def _fallback(portrait: Portrait) -> ArchetypeScore:
    if any(portrait.roles.get(role) for role in (Role.FIT, Role.FIT_TRANSFORM, Role.SPLIT, Role.TUNE, Role.EVALUATE)):
        return ArchetypeScore("R", NAMES["R"], 0.4, ("trains models, and nothing says more",))
    return ArchetypeScore("L", NAMES["L"], 0.3, ("Python code without training, service or pipeline",))


def _library(p: Portrait) -> Iterable[Signal]:
    if not p.package and not p.has("setup.py"):
        return
    given = list(_given_away(p))
    care = list(_cared_for(p))
    yield Signal("L", _METADATA, "package metadata")
    yield from given
    yield from care
    if care and not (given or p.is_imported_by_readers):
        more = _combine([Signal("L", _METADATA, ""), *care]) - _METADATA
        yield Signal("L", -more, "nobody is told to install it, or to import it")
    if p.has("src/__init__.py") and any(_imports(p, path, ("src",)) for path in p.product):
        yield Signal("L", -0.3, "its modules are imported as src, a name that nobody can install")


def _given_away(p: Portrait) -> Iterable[Signal]:
    """What says that others are to install it."""
    if p.classifiers >= 3:
        yield Signal("L", 0.3, "classifiers for an index")
    if p.package and re.search(
        rf"\b(pip|uv|conda|mamba)\b[^\n]*\b(install|add)\b[^\n]*\b{re.escape(p.package)}\b", p.readme, re.I
    ):
        yield Signal("L", 0.3, f"README installs {p.package}")
    if _publishes(p):
        yield Signal("L", 0.5, "a job that publishes to an index")


def _cared_for(p: Portrait) -> Iterable[Signal]:
    """What libraries have, and applications that are well kept too."""
    if p.has("docs"):
        yield Signal("L", 0.15, "docs/")
    tests = [path for path in p.resolved.code.paths if p.owned(path) and places.is_test(path)]
    whole = p.logical(p.product) + p.logical(tests)
    if whole and p.logical(tests) / whole >= 0.12:
        yield Signal("L", 0.2, f"tests are {p.logical(tests) / whole:.0%} of the code")
    if any(p.has(name) for name in ("CHANGELOG.md", "CHANGELOG.rst", "CHANGES.md", "HISTORY.md", "CHANGES.rst")):
        yield Signal("L", 0.15, "a changelog")
    if any(path.endswith("py.typed") and p.owned(path) for path in p.resolved.tree):
        yield Signal("L", 0.2, "py.typed")


def _publishes(p: Portrait) -> bool:
    for step in p.steps.all:
        if step.tool in AUTOMATION or step.tool == "make":
            words = " ".join([*step.step.uses, *[" ".join(w.text for w in c.words) for c in step.step.commands]])
            if _PUBLISH.search(words):
                return True
    return False


def _research(p: Portrait) -> Iterable[Signal]:
    if _PAPER.search(p.readme):
        yield Signal("R", 0.5, "README points to a paper")
    if is_of_contest(p):
        yield Signal("R", 0.5, OVER)
    sources = sorted(path for path in p.resolved.tree if path.endswith(".tex") and p.owned(path))
    if sources:
        yield Signal("R", 0.5, f"it holds the text of a paper ({sources[0]})")
    trains = p.roles.get(Role.FIT, 0)
    named = [
        path
        for path in p.product
        if path.rpartition("/")[2] in ("train.py", "main.py", "run.py", "train_eval.py", "trainer.py")
        and path in p.lineage.entries
    ]
    if named and (trains or p.roles.get(Role.CLI_PARAM)):
        yield Signal("R", 0.3, f"{named[0]} is started by hand")
    deep = sum(1 for path in p.product if _imports(p, path, ("torch", "jax", "tensorflow", "keras", "flax")))
    if p.product and deep / len(p.product) > 0.4 and not p.is_package:
        yield Signal("R", 0.35, f"{deep} of {len(p.product)} modules import a deep-learning library")
    tuned = tunes_beside(p)
    if tuned:
        yield Signal("R", 0.5, f"{len(tuned)} programs train models, and one calls a language model ({tuned[0]})")


def _imports(p: Portrait, path: str, roots: tuple[str, ...]) -> bool:
    if p.resolved.code.roots(path).isdisjoint(roots):
        return False
    for statement, _, _ in p.resolved.code.index(path, 0).imports:
        if any(imported.module.partition(".")[0] in roots for imported in statement.names) and not statement.level:
            return True
    return False


def _pipeline(p: Portrait) -> Iterable[Signal]:
    declared = [
        s
        for s in p.steps.all
        if s.tool in PIPELINES
        and s.tool != "make"
        and p.owned(s.path)
        and places.is_product(s.path)
        and not _is_part(p, s.path)
    ]
    if declared:
        yield Signal("P", 0.75 if len(declared) > 1 else 0.5, f"{len(declared)} declared stages ({declared[0].tool})")
    flows = sorted(
        {
            e.name.partition(".")[0]
            for e in p.effects
            if e.role in (Role.PIPELINE, Role.PIPELINE_STEP)
            and e.domain == "orchestration"
            and e.name.partition(".")[0] not in _TASK_RUNNERS
        }
    )
    if flows:
        yield Signal("P", 0.7, f"pipeline code ({', '.join(flows)})")
    if p.roles.get(Role.FIT) and p.roles.get(Role.REGISTER):
        yield Signal("P", 0.4, "trains and registers a model")
    if (
        _combine(_library(p)) < LIBRARY
        and not (_PAPER.search(p.readme) or is_of_contest(p))
        and (kept := _keeps_model(p))
    ):
        yield Signal("P", 0.4, f"{kept} trains, judges and keeps a model")
    if started := _started_training(p):
        yield Signal("P", 0.6, f"a container starts {started[0]}, which starts training")
    chained = _chained(p)
    if len(chained) >= 3 and any(_works_on_data(p, path) for path in chained):
        yield Signal("P", 0.5, f"{len(chained)} programs chained through files")


_KEEPING = (Role.FIT, Role.SPLIT, Role.EVALUATE, Role.SAVE_MODEL, Role.REGISTER)


def _keeps_model(p: Portrait) -> str:
    """A program that fits a model, divides or judges, and saves what it fitted; "" without one. Notebooks are tries."""
    for path in p.lineage.entries:
        if path.endswith(".ipynb") or not p.owned(path) or not places.is_product(path):
            continue
        played = p.lineage.effects_of_program(path, *_KEEPING)
        roles = {e.role for e in played if e.certainty >= SURE and not e.dead}
        if Role.FIT in roles and roles & {Role.SPLIT, Role.EVALUATE} and roles & {Role.SAVE_MODEL, Role.REGISTER}:
            return path
    return ""


def _started_training(p: Portrait) -> list[str]:
    """Programs that an image or a compose file starts, and that start a program which fits a model."""
    fits = {e.site[0] for e in p.effects if e.role is Role.FIT and e.certainty >= 0.6 and not e.dead}
    served = {
        program
        for step in p.steps.all
        if step.tool in SERVING and p.owned(step.path)
        for program in p.steps.programs(step)
    }
    named = p.resolved.mentioned if served and fits else {}
    return sorted(program for program in served if fits & named.get(program, frozenset()))


def _is_part(p: Portrait, path: str) -> bool:
    """Whether a file defines a component for pipelines of others, and none itself."""
    facts = p.resolved.files[path]
    return any("component" in (facts.attr(name) or "").lower() for name in ("provides", "schema"))


def _works_on_data(p: Portrait, path: str) -> bool:
    """Whether a program calls a library for data or models: scripts that pass texts to each other are another trade."""
    effects = p.lineage.effects_of_program(path)
    return any(e.domain in ("data", "ml", "cloud") and e.entry.library != _STANDARD_LIBRARY for e in effects)


def _chained(p: Portrait) -> set[str]:
    """The programs of which one reads what another writes."""
    writers: dict[str, set[str]] = {}
    readers: dict[str, set[str]] = {}
    for path in p.lineage.entries:
        if p.owned(path) and places.is_product(path):
            for touch in p.lineage.of_program(path):
                if touch.artefact.path and not places.is_byproduct(touch.artefact.path):
                    (writers if touch.way == "write" else readers).setdefault(touch.artefact.id, set()).add(path)
    linked: set[str] = set()
    for artefact, who in writers.items():
        for reader in readers.get(artefact, set()) - who:
            linked |= {reader, *who}
    return linked


def _with_scripts(p: Portrait, step: DeclaredStep) -> Iterable[Run]:
    """What a step runs, and what the shell scripts run that it starts."""
    for run in step.runs:
        yield run
        if run.kind == "shell":
            yield from (inner for script in p.steps.by_file.get(run.target, ()) for inner in script.runs)


def _service(p: Portrait) -> Iterable[Signal]:
    programs = p.services
    if programs:
        # Without an image, a compose file or a deployment it may be a demonstration: the duties of operation are unsure.
        yield Signal("S", 0.55, f"{programs[0]} answers requests with a model")
    started = [
        run.target
        for step in p.steps.all
        if step.tool in SERVING and p.owned(step.path)
        for run in _with_scripts(p, step)
        if run.launcher or run.target in programs
    ]
    if programs and started:
        yield Signal("S", 0.4, "an image, compose file or Procfile starts a server")
    servers = [s for s in p.steps.all if s.tool in MODEL_SERVERS and p.owned(s.path) and places.is_product(s.path)]
    if deployed := [server for server in servers if server.tool in DEPLOYING]:
        yield Signal("S", 0.6, f"{deployed[0].path} deploys a model server ({deployed[0].tool})")
    elif servers:
        yield Signal("S", 0.45, f"{servers[0].path} sets a model server up ({servers[0].tool})")
    if (programs or servers) and _deploys(p):
        yield Signal("S", 0.4, "a job that deploys")


def _deploys(p: Portrait) -> bool:
    for step in p.steps.all:
        if step.tool in AUTOMATION:
            words = " ".join(
                [step.step.name, *step.step.uses, *[" ".join(w.text for w in c.words) for c in step.step.commands]]
            )
            if re.search(
                r"\b(deploy\w*|kubectl|helm upgrade|docker push|build-push-action|gcloud run|sam deploy|serverless|terraform apply|sagemaker)\b",
                words,
                re.I,
            ):
                return True
    return False


def _llm(p: Portrait) -> Iterable[Signal]:
    calls = [] if tunes_beside(p) else [e for e in p.effects if e.domain == "llm"]
    entries = [path for path in p.lineage.entries if p.owned(path)]
    if calls:
        yield Signal(
            "A",
            0.5 if len(calls) < 5 else 0.65,
            f"calls language models {len(calls)} times ({calls[0].name})"
            if len(calls) > 1
            else f"calls a language model ({calls[0].name})",
        )
        if entries and not p.is_package:
            yield Signal("A", 0.2, "reached from a program")


SIGNALS: tuple[Callable[[Portrait], Iterable[Signal]], ...] = (
    _library,
    _research,
    _pipeline,
    _service,
    _llm,
    teaching,
    notebooks,
)
