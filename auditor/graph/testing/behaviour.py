"""Questions about behaviour: whether anything asks a trained model what it does for parts of the rows, or for changed ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import predicting_sites, training_side
from auditor.graph.data.versions import trainings
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.model.facts import Facts, Leaf
from auditor.model.place import Place
from auditor.model.regex import regex

LIBRARIES = (
    "fairlearn", "aif360", "aequitas", "responsibleai", "raiwidgets", "checklist", "giskard", "deepchecks", "textattack", "robustbench",
    "foolbox", "art", "fairness_indicators", "tensorflow_model_analysis", "witwidget", "holisticai", "robustnessgym", "lit_nlp", "sliceline",
    "sklego.metrics", "dalex.fairness", "whatif",
)  # fmt: skip
"""Libraries that test what a model does, or for whom."""

_SAID = regex(
    r"fairness|(^|[/_])bias_?(check|test|audit|report|eval\w*)|subgroup|slices?_?(metric|eval|report|performance|test)|(by|per)_(slice|group|segment|cohort|region|store)|"
    r"invarian(t|ce)_?test|test_\w*(invarian|directional|monoton|robust|perturb|metamorphic|counterfactual|symmetr|adversarial|behaviou?r|sensitivity)|"
    r"(invariance|directional|metamorphic|perturbation|behaviou?ral|robustness)_tests?|demographic_parity|equal(ized|ised)_odds|disparate_impact|metric_?frame|"
    r"adversarial_validation|counterfactual|stress_?test",
    re.I,
)
_PROTECTED = regex(
    r"(applicant|customer|person|employee)?[_ ]?(sex|gender|race|ethnicity|nationality|religion|marital[_ ]?status|civil[_ ]?status|"
    r"disability|skin[_ ]?colou?r|personal_status(_sex)?)",
    re.I,
)
"""Columns that hold what a person must not be judged by."""
_DECIDED = regex(
    r"credit[_ ]?(risk|score|history|default|approval|decision)|approv(ed|al)[_ ]?(flag|status)|loan[_ ]?(status|approv\w*|default|decision|eligib\w*)|mortgage|creditworth\w*|"
    r"\b(hir(ed|ing)|recruit\w*|shortlist\w*|recidiv\w*|parole|bail|admission_?(decision|status)|eligib(le|ility)|underwrit\w*|"
    r"insurance[_ ](claim|premium|risk)\w*|diagnosis|mortality|readmi(ssion|tted)|benefit_fraud)\b",
    re.I,
)
SEARCHED = (
    f"{len(LIBRARIES)} libraries of fairness, slices, robustness and behavioural tests",
    "functions, files and names that speak of fairness, slices, invariance, direction or robustness",
    "tests that ask a model and can fail",
    "documents that speak of fairness or bias",
)


class Behaviour(msgspec.Struct, frozen=True):
    """What asks a model for more than one figure over all rows. `tested`: a test asks it, of what is not seen.

    `protected` and `decided` are the words by which its rows are people and its answer a decision on them; "" without.
    """

    trained: Place | None
    by: str
    place: Place | None
    tested: Place | None
    protected: str
    decided: str


def behaviour(world: World, owned: Callable[[str], bool]) -> Behaviour:
    """What in the repository tests the behaviour of the models that a component trains."""
    found = [training for training in trainings(world, owned) if not places.is_exploratory(training.program)]
    if not found:
        return Behaviour(None, "", None, None, "", "")
    by, place = world.once(_first_evidence)
    protected, decided = _people(world, owned)
    return Behaviour(found[0].place, by, place, world.once(_first_asked), protected, decided)


def _first_evidence(world: World) -> tuple[str, Place | None]:
    return next(_evidence(world), ("", None))


def _first_asked(world: World) -> Place | None:
    return next(_asked(world), None)


def _evidence(world: World) -> Iterator[tuple[str, Place]]:
    code = world.resolved.code
    for path in code.paths:
        if _SAID.search(path):
            yield f"{path} is called after it", Place(path)
        for number in code.scopes(path):
            index = code.index(path, number)
            for statement, _, _ in index.imports:
                for imported in statement.names if not statement.level else ():
                    whole = f"{imported.module}.{imported.name}" if imported.name else imported.module
                    if any(whole == name or whole.startswith(f"{name}.") for name in LIBRARIES):
                        yield f"{imported.module} is imported", code.place(path, statement.line)
            named = next((name for name in (code.scope(path, number).name, *index.bindings) if _SAID.search(name)), "")
            if named:
                yield f"{named} speaks of it", code.place(path, code.scope(path, number).line or 1)
    for path in sorted(world.files):
        leaf = code.alone(path, _configured)
        if leaf is not None:
            yield f"{path} configures {leaf.key}", Place(path, leaf.line)


def _configured(facts: Facts) -> Leaf | None:
    """The first setting of a file that speaks of such tests."""
    return next((leaf for leaf in facts.leaves if facts.program is None and _SAID.search(leaf.key)), None)


def _asked(world: World) -> Iterator[Place]:
    """Tests that can fail and that ask a model."""
    asks = suites(world).gathered(dict.fromkeys(predicting_sites(world), 1))
    for test in suites(world).tests:
        scope = world.resolved.code.scope(*test.site)
        if test.checks and not test.off:
            direct = any(call.call for call in world.resolved.code.index(*test.site).calls if _predicts(call.call.func))
            if direct or asks(test):
                yield world.resolved.code.place(test.site[0], scope.line)


def _predicts(func: object) -> bool:
    return getattr(func, "name", "") in ("predict", "predict_proba", "decision_function")


def _people(world: World, owned: Callable[[str], bool]) -> tuple[str, str]:
    """A column of what a person must not be judged by, and a decision on people, as the code that trains says them."""
    protected = decided = ""
    for path in sorted({site[0] for site in training_side(world).sites if owned(site[0])}):
        for text in sorted(world.resolved.code.texts(path)) if places.is_product(path) else ():
            if len(text) < 60:
                protected = protected or (text if _PROTECTED.fullmatch(text.strip()) else "")
                decided = decided or (text if _DECIDED.search(text) else "")
    return protected, decided
