"""Audits made by hand: a service in debt, a clean library, an empty repository, everything unknown, hostile names, sources far down."""

from __future__ import annotations

import hashlib

import msgspec

from auditor.model.artefact import Edge, EdgeKind, Evidence, Node, NodeKind
from auditor.model.audit import (
    SCHEMA,
    ArchetypeScore,
    Audit,
    CheckScore,
    CoChange,
    Component,
    ComponentScore,
    Coverage,
    Debts,
    Excerpt,
    Exposure,
    FamilyScore,
    Impact,
    Problem,
    Score,
    SystemMap,
    Versions,
)
from auditor.model.finding import Effort, Finding, Severity
from auditor.model.listing import Excluded, Target
from auditor.model.page import RulePage
from auditor.model.place import Place, Related
from auditor.model.verdict import Check, Outcome, RuleInfo, Verdict

VERSIONS = Versions(tool="0.1.0", ruleset="2026.11", score_model="1", calibration="expert-set-1", profile="2026.1")
REVISION = "3f9a1c2b4d5e6f708192a3b4c5d6e7f8091a2b3c"

TITLES = {
    "ENT": ("Entanglement", 0.13),
    "GLU": ("Glue code", 0.07),
    "PIP": ("Pipeline jungles", 0.13),
    "DAT": ("Data versioning", 0.13),
    "LKG": ("Leakage", 0.12),
    "REP": ("Reproducibility", 0.09),
    "CFG": ("Configuration", 0.07),
    "MON": ("Monitoring", 0.10),
    "OPS": ("Retraining and operations", 0.06),
    "TST": ("Testing", 0.06),
    "COD": ("Code and LLM smells", 0.04),
}


def _rule(  # a table of rules reads best with positional cells
    rule: str, title: str, severity: Severity, check: Check, p50: float, p90: float, reliability: str = "A"
) -> RuleInfo:
    return RuleInfo(
        id=rule, name=title.lower().replace(" ", "-"), family=rule[:3], title=title, severity=severity,
        reliability=reliability, check=check, archetypes="PS", scope="component", effort=Effort(p50, p90),
        effort_each=Effort(p50 / 4, p90 / 4), root_cause=rule.lower(), persona="engineer", revision=1, since="0.1",
        unit="instances", references=("Sculley 2015",), warn=0.2 if check is Check.METRIC else None, fail=0.6 if check is Check.METRIC else None,
    )  # fmt: skip


RULES = (
    _rule("DAT001", "Training data without a version", Severity.CRITICAL, Check.PRACTICE, 8.0, 16.0),
    _rule("DAT003", "Data blob in git", Severity.MEDIUM, Check.DENSITY, 2.8, 4.0),
    _rule("ENT001", "High propagation cost", Severity.HIGH, Check.METRIC, 17.9, 40.0),
    _rule("ENT004", "God module", Severity.MEDIUM, Check.DENSITY, 11.3, 16.0),
    _rule("ENT005", "Cycle between artefacts", Severity.HIGH, Check.DENSITY, 8.0, 16.0),
    _rule("GLU001", "Model code tangled with plumbing", Severity.MEDIUM, Check.METRIC, 9.8, 24.0),
    _rule("GLU004", "Python glued with shell", Severity.MEDIUM, Check.DENSITY, 8.0, 16.0),
    _rule("LKG001", "Preprocessing before the split", Severity.CRITICAL, Check.DENSITY, 0.7, 1.0),
    _rule("MON001", "No drift monitoring", Severity.HIGH, Check.PRACTICE, 25.3, 40.0),
    _rule("MON003", "No prediction logging", Severity.HIGH, Check.PRACTICE, 5.7, 8.0),
    _rule("OPS001", "No automated retraining", Severity.HIGH, Check.PRACTICE, 25.3, 40.0),
    _rule("OPS002", "No promotion gate", Severity.HIGH, Check.PRACTICE, 11.3, 16.0, "B"),
    _rule("PIP001", "Undeclared pipeline edge", Severity.HIGH, Check.PRACTICE, 2.0, 4.0),
    _rule("PIP004", "Phantom input", Severity.HIGH, Check.DENSITY, 2.0, 4.0),
    _rule("PIP006", "Declaration and code disagree", Severity.HIGH, Check.PRACTICE, 0.5, 1.0),
    _rule("REP001", "Uncontrolled randomness", Severity.MEDIUM, Check.PRACTICE, 0.5, 1.0),
    _rule("TST001", "Untested feature code", Severity.HIGH, Check.PRACTICE, 13.9, 24.0),
)
_BY_ID = {rule.id: rule for rule in RULES}

PAGES = {
    "LKG001": RulePage(
        id="LKG001",
        title="Preprocessing before the split",
        finds="A scaler, encoder, imputer or selector is *fitted* on rows that later serve as the test set.",
        why="The test rows have **already shaped** the transformation, so the measured score is too good.\n\n"
        "- `fit` sees statistics of the hold-out\n- every later comparison inherits the bias",
        business="The quality figures shown to management are probably better than what customers will see.",
        fix="Split first, then fit on the training rows only:\n\n```python\nmodel = make_pipeline(StandardScaler(), clf)\n"
        "model.fit(X_train, y_train)\n```",
        fine="Transformations that learn nothing from the rows, such as a fixed logarithm.",
        sources="[Kapoor & Narayanan 2023](https://doi.org/10.1016/j.patter.2023.100804)",
    ),
    "MON001": RulePage(
        id="MON001",
        title="No drift monitoring",
        finds="A deployed model whose inputs nobody compares with the data it was trained on.",
        why="Input distributions move; without a comparison the first sign is a complaint.",
        business="When customers change their behaviour, the model will keep deciding as before, and nobody will notice "
        "until revenue shows it.",
        fix="Log the inputs and compare them weekly with the training reference; alert on a breach.",
        fine="Models that are retrained on each request.",
        sources="Breck et al. 2017, Monitor 3",
    ),
}


def finding(
    rule: str, message: str, place: Place, remedy: str, *, severity: Severity | None = None, confidence: float = 1.0,
    related: tuple[Related, ...] = (), downstream: int = 0, state: str = "open", snippet: str = "", entity: str = "",
    component: str = ".",
) -> Finding:  # fmt: skip
    """A finding with what the rule fixes filled in, and a fingerprint of its own."""
    info = _BY_ID[rule]
    grave = severity or info.severity
    print_of = hashlib.sha256(f"{rule}{message}{place}".encode()).hexdigest()[:32]
    return Finding(
        rule=rule, component=component, severity=grave, confidence=confidence, message=message, remedy=remedy,
        entity=entity or f"{place.path}#{rule}", place=place, related=related, fingerprint=print_of, state=state,
        effort=info.effort, downstream=downstream, snippet=snippet,
        priority=grave.weight * confidence * (1 + downstream.bit_length()) / info.effort.p50,
    )  # fmt: skip


def service_findings() -> tuple[Finding, ...]:
    """Findings of a small churn service."""
    train, features = "src/churn/train.py", "src/churn/features/build.py"
    return (
        finding(
            "LKG001", "`StandardScaler` is fitted on all rows before the split in line 58, so test rows shape the scaling.",
            Place(train, 47, 47), "Split first and fit on the training rows; best inside a Pipeline.", downstream=9,
            related=(Place("src/churn/data.py", 23).says("all rows are read here"),
                     Place(train, 47).says("`scaler.fit_transform(X)` sees them"),
                     Place(train, 58).says("split here, too late"),
                     Place("src/churn/evaluate.py", 31).says("the score is computed on tainted rows")),
            snippet="X = scaler.fit_transform(X)\nX_train, X_test = train_test_split(X, y)",
        ),
        finding(
            "DAT001", "2 of 5 data roots that training reads have no version: data/raw/customers.csv, s3://acme-lake/events/.",
            Place("src/churn/data.py", 23), "Pin every root (DVC, table snapshot, checksum) and record the ids in the run.",
            confidence=0.92, downstream=14, related=(Place("src/churn/data.py", 41).says("s3://acme-lake/events/ read without a date or version"),),
        ),
        finding(
            "PIP001", "evaluate.py reads models/scores.parquet, which train.py writes; no stage of dvc.yaml declares the edge.",
            Place("src/churn/evaluate.py", 18), "Add models/scores.parquet to `outs` of `train` and `deps` of `evaluate`.",
            related=(Place(train, 96).says("written here"), Place("dvc.yaml", 14).says("stage `train`, without this output")), downstream=3,
        ),
        finding("PIP001", "report.py reads reports/segments.csv, which notebooks/segments.ipynb writes; no stage declares the edge.",
                Place("src/churn/report.py", 33), "Turn the notebook into a stage, or declare its output.",
                related=(Place("notebooks/segments.ipynb", 4, cell=12).says("written here"),)),
        finding("PIP004", "data/reference/holidays.csv is read, yet nothing writes, tracks, downloads or documents it.",
                Place(features, 12), "Track the file, or add a download step with a checksum.", downstream=6),
        finding("PIP006", "`features` declares data/clean.csv as output, which its script never writes.",
                Place("dvc.yaml", 9), "Write it in `features`, or drop it from `outs`."),
        finding("PIP006", "`train` reads params key train.max_depth, which dvc.yaml does not declare; a change will not rerun the stage.",
                Place("src/churn/train.py", 29), "Add train.max_depth to `params` of `train`."),
        finding("MON001", "The model behind POST /predict has no input drift detection.", Place("."),
                "Log inputs and compare them weekly with the training reference; alert on a breach.", downstream=2,
                related=(Place("src/churn/service/app.py", 61).says("endpoint that predicts"),)),
        finding("OPS001", "The deployed model can only be retrained by hand: no schedule or event starts `train`.", Place("."),
                "Schedule the training entry point, or trigger it on new data.", downstream=2,
                related=(Place(".github/workflows/deploy.yml", 22).says("deploys the model, trains nothing"),)),
        finding("ENT001", "A change to an average artefact reaches 31 % of the project (propagation cost 0.31).", Place("."),
                "Split src/churn/common/config.py by concern; let steps depend on narrow interfaces.", severity=Severity.MEDIUM),
        finding("ENT004", "src/churn/features/build.py mixes reading, features and model training, and 11 modules import it.",
                Place(features, 1), "Split it into reading, features and model; keep imports one-way.", confidence=0.7, downstream=11),
        finding("ENT005", "`prepare` and `features` depend on each other through data/interim/ids.json.", Place("dvc.yaml", 4),
                "Give the shared ids a stage of their own.", related=(Place("src/churn/prepare.py", 52).says("reads data/interim/ids.json"),
                                                                      Place(features, 88).says("writes it"))),
        finding("GLU001", "5 of 9 functions that train or predict also read files or parse arguments (tangle index 0.56).",
                Place(train, 20, 118), "Move reading and writing to the edges; pass data into pure functions.", severity=Severity.LOW),
        finding("GLU004", "scripts/run_all.sh chains four Python scripts; no pipeline definition owns their order.", Place("scripts/run_all.sh", 3, 9),
                "Declare the chain in dvc.yaml."),
        finding("DAT003", "models/baseline.pkl (48 MB) is committed to git without LFS or DVC.", Place("models/baseline.pkl"),
                "Move it to DVC or LFS.", state="waived"),
        finding("TST001", "4 of 6 feature functions are not reached by any test.", Place(features, 30), "Test each transform on a small frame with nulls.",
                confidence=0.85, related=(Place(features, 30).says("`tenure_buckets`"), Place(features, 57).says("`spend_ratio`"))),
        *(finding("REP001", f"`{call}` draws random numbers and no seed is set on its path.", Place(path, line), "Set one seed from the configuration.",
                  confidence=0.95, component="services/ranker")
          for call, path, line in (("train_test_split", "services/ranker/fit.py", 44), ("RandomForestClassifier", "services/ranker/fit.py", 51),
                                   ("df.sample", "services/ranker/explore.ipynb", 3))),
    )  # fmt: skip


def _check(check_id: str, kind: str, weight: float, s: float | None, **counts: object) -> CheckScore:
    base = CheckScore(id=check_id, kind=kind, component=".", weight=weight, a=1.0, q=1.0, s=s, rules=(check_id,))
    return msgspec.structs.replace(base, **counts)


CHECKS: dict[str, tuple[CheckScore, ...]] = {
    "ENT": (_check("ENT001", "metric", 3, 0.682, q=0.72, value=0.31, p10=0.2, median=0.35, recoverable=1.4),
            _check("ENT.density", "density", 3, 0.859, w_damped=9.0, exposure=12.4, x=0.625, p10=0.5, median=2.0,
                   rules=("ENT004", "ENT005"), recoverable=0.9)),
    "GLU": (_check("GLU001", "metric", 2, 0.571, value=0.56, p10=0.4, median=0.6, recoverable=0.8),
            _check("GLU.density", "density", 3, 0.93, w_damped=2.0, exposure=12.4, x=0.139, p10=0.5, median=2.0, rules=("GLU004",), recoverable=0.2)),
    "PIP": (_check("PIP001", "practice", 3, 0.75, q=0.72, n=24, unmet=6.0, recoverable=1.1),
            _check("PIP006", "practice", 3, 0.909, n=22, unmet=2.0, recoverable=0.4),
            _check("PIP.density", "density", 3, 0.921, w_damped=6.24, exposure=12.4, x=0.433, p10=0.5, median=2.0, rules=("PIP004",), recoverable=0.3)),
    "DAT": (_check("DAT001", "practice", 4, 0.6, n=5, unmet=2.0, recoverable=1.9),
            _check("DAT.density", "density", 3, 0.954, w_damped=4.64, exposure=12.4, x=0.322, p10=0.5, median=2.0, rules=("DAT003",), recoverable=0.2)),
    "LKG": (_check("LKG.density", "density", 6, 0.498, w_damped=16.89, exposure=9.0, x=1.207, p10=0.3, median=1.2, rules=("LKG001",), recoverable=3.3),),
    "REP": (_check("REP001", "practice", 2, 0.667, n=9, unmet=3.0, recoverable=0.6),),
    "CFG": (),
    "MON": (_check("MON001", "practice", 3, 0.0, n=1, unmet=1.0, recoverable=3.0),
            _check("MON003", "practice", 3, None, q=0.0)),
    "OPS": (_check("OPS001", "practice", 3, 0.0, n=1, unmet=1.0, recoverable=1.5),
            _check("OPS002", "practice", 3, 0.5, n=1, unmet=0.5, recoverable=0.7)),
    "TST": (_check("TST001", "practice", 3, 0.3, n=6, unmet=4.2, recoverable=2.1),),
    "COD": (),
}  # fmt: skip

DEBTS: dict[str, tuple[float | None, float, float, float, str]] = {
    "ENT": (17.4, 14.1, 23.0, 0.86, "B"), "GLU": (6.8, 6.8, 6.8, 1.0, "A"), "PIP": (14.8, 12.2, 24.4, 0.81, "A"),
    "DAT": (30.3, 30.3, 30.3, 1.0, "C"), "LKG": (36.5, 36.5, 36.5, 1.0, "D"), "REP": (11.5, 9.2, 29.0, 0.77, "A"),
    "CFG": (None, 0.0, 100.0, 0.0, "-"), "MON": (55.0, 41.2, 66.0, 0.75, "D"), "OPS": (54.6, 54.6, 54.6, 1.0, "D"),
    "TST": (63.8, 63.8, 63.8, 1.0, "E"), "COD": (None, 0.0, 0.0, 0.0, "-"),
}  # fmt: skip


def _families() -> tuple[FamilyScore, ...]:
    return tuple(
        FamilyScore(id=key, title=title, debt=DEBTS[key][0], low=DEBTS[key][1], high=DEBTS[key][2], weight=weight,
                    coverage=DEBTS[key][3], grade=DEBTS[key][4], applicable=key != "COD", checks=CHECKS[key])
        for key, (title, weight) in TITLES.items()
    )  # fmt: skip


def _components(families: tuple[FamilyScore, ...]) -> tuple[Component, ...]:
    pipeline = ArchetypeScore("P", "training pipeline", 0.92, ("dvc.yaml with 4 stages", "metrics.json declared"))
    service = ArchetypeScore(
        "S", "production service", 0.81, ("FastAPI handler reaches a model load", "Dockerfile CMD")
    )
    return (
        Component(".", ".", (pipeline, service), ("pyproject.toml", "dvc.yaml"), False, 118, 12_400,
                  {"propagation_cost": 0.31, "tangle_index": 0.56}, {"steps": 6, "models": 2},
                  ComponentScore(28.9, 26.9, 34.2, "C", 0.93, families)),
        Component("services/ranker", "services/ranker", (ArchetypeScore("R", "research code", 0.66, ("train.py with argparse",)),),
                  ("Dockerfile",), True, 21, 1_830, {}, {}, ComponentScore(21.4, 20.0, 28.8, "B", 0.88, families)),
    )  # fmt: skip


def _node(id_: str, kind: NodeKind, label: str) -> Node:
    path = id_.partition(":")[2].partition("#")[0] if not id_.startswith("storage:") else None
    return Node(id_, kind, label, path, 1 if path else None)


def _map() -> SystemMap:
    nodes = (
        _node("file:data/raw/customers.csv", NodeKind.DATASET, "data/raw/customers.csv"),
        _node("storage:s3://acme-lake/events", NodeKind.EXTERNAL_DATASET, "s3://acme-lake/events"),
        _node("file:data/reference/holidays.csv", NodeKind.DATASET, "data/reference/holidays.csv"),
        _node("file:params.yaml", NodeKind.CONFIG, "params.yaml"),
        _node("step:dvc.yaml#prepare", NodeKind.STEP, "prepare"),
        _node("file:data/interim/ids.json", NodeKind.DATASET, "data/interim/ids.json"),
        _node("file:data/clean.csv", NodeKind.DATASET, "data/clean.csv"),
        _node("step:dvc.yaml#features", NodeKind.STEP, "features"),
        _node("file:data/features.parquet", NodeKind.DATASET, "data/features.parquet"),
        _node("step:dvc.yaml#train", NodeKind.STEP, "train"),
        _node("file:models/churn.pkl", NodeKind.MODEL, "models/churn.pkl"),
        _node("file:models/scores.parquet", NodeKind.DATASET, "models/scores.parquet"),
        _node("step:dvc.yaml#evaluate", NodeKind.STEP, "evaluate"),
        _node("file:metrics.json", NodeKind.METRIC, "metrics.json"),
        _node("endpoint:src/churn/service/app.py#predict", NodeKind.ENDPOINT, "POST /predict"),
        _node("file:notebooks/segments.ipynb", NodeKind.NOTEBOOK, "notebooks/segments.ipynb"),
        _node("file:reports/segments.csv", NodeKind.REPORT, "reports/segments.csv"),
    )  # fmt: skip
    ties = (
        (0, 4, True), (1, 4, False), (2, 7, False), (3, 9, True), (4, 6, True), (4, 5, False), (5, 7, True), (7, 5, False), (6, 7, True),
        (7, 8, True), (8, 9, True), (9, 10, True), (9, 11, False), (11, 12, False), (12, 13, True), (10, 14, False), (10, 12, True),
        (8, 15, False), (15, 16, False),
    )  # fmt: skip
    edges = tuple(_tie(nodes[a], nodes[b], declared) for a, b, declared in ties)
    edges = (msgspec.structs.replace(edges[0], attrs={"mismatch": "undeclared-read"}), *edges[1:])
    debts = {
        "file:data/raw/customers.csv": Debts(1, Severity.LOW),
        "storage:s3://acme-lake/events": Debts(1, Severity.LOW),
        "file:data/reference/holidays.csv": Debts(1, Severity.LOW),
        "step:dvc.yaml#prepare": Debts(1, Severity.LOW),
        "step:dvc.yaml#features": Debts(3, Severity.HIGH),
        "step:dvc.yaml#train": Debts(3, Severity.HIGH),
        "step:dvc.yaml#evaluate": Debts(1, Severity.LOW),
        "endpoint:src/churn/service/app.py#predict": Debts(1, Severity.LOW),
    }
    return SystemMap(nodes, edges, debts, dropped=12)


def _tie(source: Node, target: Node, declared: bool) -> Edge:
    kind = EdgeKind.CONSUMES if target.kind is NodeKind.STEP else EdgeKind.PRODUCES
    path = "dvc.yaml" if declared else "src/churn/io.py"
    piece = Evidence(path, 7, f"{source.label} -> {target.label}", "dvc", "path", 0.9, declared)
    return Edge(source.id, target.id, kind, 0.9, declared, (piece,))


def _verdicts(findings: tuple[Finding, ...]) -> tuple[Verdict, ...]:
    hit = {item.rule for item in findings}
    found = tuple(Verdict(rule, ".", Outcome.FINDING, n=3, certainties=(1.0,)) for rule in sorted(hit))
    return (
        *found,
        Verdict("MON003", ".", Outcome.UNKNOWN, "the handler hands predictions to a queue whose consumer is not in this repository", undetermined=1),
        Verdict("OPS002", ".", Outcome.NOT_EVIDENCED, "", ("comparison with a baseline or the current model", "threshold that can fail the promotion",
                                                           "registry stage transitions in 6 workflows"), n=1, not_evidenced=1),
        Verdict("MON001", "services/ranker", Outcome.NOT_APPLICABLE, "research code is not deployed", applicability=0.0),
        Verdict("OPS001", "services/ranker", Outcome.NOT_APPLICABLE, "research code is not deployed", applicability=0.0),
        Verdict("PIP001", "services/ranker", Outcome.CLEAN, n=2, clean=2),
    )  # fmt: skip


def service() -> Audit:
    """A small service with many findings, two components, one waiver, unknowns and absences."""
    findings, families = service_findings(), _families()
    return Audit(
        schema=SCHEMA, versions=VERSIONS, as_of="2026-11-24",
        target=Target("/home/ci/churn", "worktree", "acme/churn", "https://github.com/acme/churn.git", REVISION, "2026-11-20T16:04:11+01:00", "full", 1_284),
        coverage=Coverage(0.93, 171, 166, 2, 3, 21_904, 14_230, 96, 0.72, "full", 1_284,
                          {"python": 104, "notebook": 7, "yaml": 19, "dvc": 6, "dockerfile": 2, "github_workflow": 3, "markdown": 11, "csv": 14},
                          (Excluded("vendored", 212, "third_party/lightgbm/__init__.py"), Excluded("configured", 4, "archive/2023/old_train.py")), 38, 44),
        components=_components(families),
        score=Score(28.2, 26.3, 33.5, 27.4, "C", True, 0.93, 73.2, 98.9, 0.012, "fail",
                    ("2 critical findings are open (condition `findings.critical = 0`)", "debt may be as high as 33.5, above the configured 30",
                     "the grade is capped at C by an open critical")),
        families=families, rules=RULES, verdicts=_verdicts(findings), findings=findings,
        problems=(Problem("notebooks/old/eda.ipynb", None, "not valid JSON: unexpected end of file", "notebook-json"),
                  Problem("scripts/legacy_report.py", 14, "Python 2 syntax: print statement", "python2")),
        impacts=(Impact("src/churn/common/config.py", "module", ".", 0.64, 2, 1, 6, 21, ("models/churn.pkl", "POST /predict", "src/churn/train.py")),
                 Impact("data/raw/customers.csv", "dataset", ".", 0.48, 2, 1, 5, 9, ("data/clean.csv", "models/churn.pkl")),
                 Impact("params.yaml", "config", ".", 0.41, 2, 1, 4, 7, ("models/churn.pkl",))),
        system_map=_map(),
        excerpts=(
            Excerpt("src/churn/train.py", None, 44, ("X, y = read()", "", "scaler = StandardScaler()", "X = scaler.fit_transform(X)", "", "# a.kim@acme.example asked for this")),
            Excerpt("src/churn/train.py", None, 56, ("", "", "X_train, X_test = train_test_split(X, y)")),
            Excerpt("notebooks/segments.ipynb", 12, 1, ("import pandas as pd", "frame = read()", "", "frame.to_csv(OUT)")),
        ),
        co_changes=(CoChange("src/churn/train.py", "params.yaml", 9, (14, 11), False), CoChange("dvc.yaml", "params.yaml", 7, (9, 11), True)),
        authors={"src/churn/train.py": 1, "dvc.yaml": 4},
        owners={"src/churn/train.py": ("@acme/ml", "kim@acme.example"), "dvc.yaml": ("@acme/platform",)},
        blurbs={"DAT": "Whether the data a model was made from can be named, found and fetched again."},
        exposures={".": Exposure(12.4, 3, 0.72, 1.0, 6, 12, {"src/churn/train.py": 14, "dvc.yaml": 3}, {"src/churn/train.py": 6}), "services/ranker": Exposure(1.8, 1)},
        artefacts={"dataset": 14, "model": 2, "step": 6, "module": 104, "config": 7, "endpoint": 3, "notebook": 7, "ci_job": 5},
        jobs={rule.root_cause: rule.effort for rule in RULES if rule.id in {item.rule for item in findings}},
    )  # fmt: skip


def library() -> Audit:
    """A clean library: nothing found, most rules not applicable."""
    families = tuple(
        FamilyScore(key, title, 0.0 if key in "ENT GLU TST COD" else None, 0.0, 0.0, weight, 1.0 if key in "ENT GLU TST COD" else 0.0,
                    "A" if key in "ENT GLU TST COD" else "-", key in "ENT GLU TST COD")
        for key, (title, weight) in TITLES.items()
    )  # fmt: skip
    return Audit(
        schema=SCHEMA, versions=VERSIONS, as_of="2026-11-24",
        target=Target("/home/ci/tidylib", "revision", "tidylib", "https://gitlab.com/tidy/lib", REVISION, "2026-10-02T08:00:00Z", "full", 340),
        coverage=Coverage(1.0, 62, 62, 0, 0, 9_400, 5_210, 0, None, "full", 340, {"python": 51, "markdown": 11}, (), 12, 44),
        components=(Component(".", ".", (ArchetypeScore("L", "library", 0.97, ("publish job to an index", "py.typed")),), ("pyproject.toml",), False, 62, 5_210,
                              {}, {}, ComponentScore(0.0, 0.0, 0.0, "A", 1.0, families)),),
        score=Score(0.0, 0.0, 0.0, 0.0, "A", False, 1.0, 0.0, 0.0, 0.0, "pass", ()),
        families=families, rules=RULES, findings=(), problems=(),
        verdicts=(*(Verdict(rule.id, ".", Outcome.NOT_APPLICABLE, "a library deploys no model", applicability=0.0) for rule in RULES if rule.family in ("MON", "OPS", "DAT")),
                  Verdict("ENT001", ".", Outcome.CLEAN, value=0.04), Verdict("GLU001", ".", Outcome.CLEAN, value=0.03)),
        artefacts={"module": 51},
    )  # fmt: skip


def empty() -> Audit:
    """A repository without a commit: nothing judged."""
    return Audit(
        schema=SCHEMA, versions=VERSIONS, as_of="2026-11-24", target=Target("/home/ci/empty", "folder", "empty"),
        coverage=Coverage(0.0, 0, 0, 0, 0, 0, 0, 0, None, "none", 0), components=(),
        score=Score(None, 0.0, 100.0, None, "-", True, 0.0, 0.0, 0.0, None, "conditional", ("nothing could be judged",)),
        families=(), rules=(), verdicts=(), findings=(), problems=(),
    )  # fmt: skip


def unknown() -> Audit:
    """Every rule unknown: unreadable files, a partial clone, an internal error."""
    families = tuple(FamilyScore(key, title, None, 0.0, 100.0, weight, 0.0, "-", True,
                                 tuple(CheckScore(rule.id, rule.check.value, ".", 3.0, 1.0, 0.0, None, rules=(rule.id,)) for rule in RULES if rule.family == key))
                     for key, (title, weight) in TITLES.items())  # fmt: skip
    return Audit(
        schema=SCHEMA, versions=VERSIONS, as_of="2026-11-24", target=Target("/srv/git/opaque.git", "revision", "opaque", None, REVISION, "2026-11-01", "partial", 9),
        coverage=Coverage(0.0, 40, 0, 12, 28, 0, 0, 0, None, "partial", 9, {"python": 12, "unknown": 28}, (), 0, 44),
        components=(Component(".", ".", (), (), False, 40, 0, {}, {}, ComponentScore(None, 0.0, 100.0, "-", 0.0, families)),),
        score=Score(None, 0.0, 100.0, None, "-", True, 0.0, 0.0, 0.0, None, "conditional", ("coverage is 0 %, below the required 80 %",)),
        families=families, rules=RULES, verdicts=tuple(Verdict(rule.id, ".", Outcome.UNKNOWN, "no file could be read") for rule in RULES),
        findings=(), problems=tuple(Problem(f"src/part_{number:02}.py", None, "content is absent from this clone", "absent") for number in range(40)),
        errors=("rule ENT001: KeyError: 'file:src/part_01.py'",),
    )  # fmt: skip


MARKUP = "<script>alert(1)</script>"
BREAKOUTS = (
    MARKUP, "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)", "</title></style></script><!--", "{{ 7*7 }}{% raw %}", "]]>", "&lt;b&gt;",
    "\x1b[2J\x1b]0;owned\x07", "a\u202egnp.exe", "line\nbreak\r\n", "| pipe `tick` [x](javascript:alert(1))", "https://evil.example/x", "@everyone", "nul\x00",
)  # fmt: skip


def hostile() -> Audit:
    """The service, with markup and control characters in every string that a target can choose."""
    base = service()

    def name(number: int) -> str:
        return f"src/{BREAKOUTS[number % len(BREAKOUTS)]}.py"

    findings = tuple(
        msgspec.structs.replace(
            item, message=f"{BREAKOUTS[number % len(BREAKOUTS)]} in {name(number)}", remedy=BREAKOUTS[-number % len(BREAKOUTS)], entity=name(number),
            place=Place(name(number), number + 1), related=tuple(Related(name(number + 1), 1, None, text) for text in BREAKOUTS),
            snippet="\n".join(BREAKOUTS), component=MARKUP,
        )
        for number, item in enumerate(base.findings)
    )  # fmt: skip
    nodes = tuple(
        msgspec.structs.replace(node, id=f"{node.id}{BREAKOUTS[n % len(BREAKOUTS)]}", label=name(n), path=name(n))
        for n, node in enumerate(base.system_map.nodes)
    )
    renamed = {old.id: new.id for old, new in zip(base.system_map.nodes, nodes, strict=True)}
    piece = Evidence(name(1), 1, MARKUP, MARKUP, MARKUP, 0.9)
    edges = tuple(
        msgspec.structs.replace(
            edge, source=renamed[edge.source], target=renamed[edge.target], evidence=(piece, *edge.evidence)
        )
        for edge in base.system_map.edges
    )
    paths = [name(number) for number in range(len(BREAKOUTS))]
    base = msgspec.structs.replace(
        base,
        excerpts=tuple(Excerpt(path, None, 1, BREAKOUTS) for path in paths),
        co_changes=tuple(CoChange(text, MARKUP, 5, (6, 7), False) for text in BREAKOUTS),
        owners={path: (text, MARKUP) for path, text in zip(paths, BREAKOUTS, strict=True)},
        authors=dict.fromkeys(paths, 1),
        blurbs=dict.fromkeys(TITLES, MARKUP),
        exposures={MARKUP: Exposure(touches_year=dict.fromkeys(paths, 5), touches_quarter={paths[0]: 3})},
    )
    return msgspec.structs.replace(
        base, findings=findings, system_map=SystemMap(nodes, edges, {nodes[0].id: Debts(3, Severity.HIGH)}, 3),
        target=Target(f"/tmp/{MARKUP}", "worktree", f"acme/{MARKUP}", 'https://github.com/acme/"><script>', REVISION, MARKUP, "full", 3),
        components=tuple(msgspec.structs.replace(item, id=f"{MARKUP}{item.id}", signals=BREAKOUTS) for item in base.components),
        verdicts=(*base.verdicts, *(Verdict("MON003", text, Outcome.UNKNOWN, text, (text,)) for text in BREAKOUTS),
                  *(Verdict("OPS002", text, Outcome.NOT_EVIDENCED, text, BREAKOUTS) for text in BREAKOUTS)),
        problems=tuple(Problem(f"{text}.yaml", 1, f"key {text} is given twice", text) for text in BREAKOUTS),
        impacts=tuple(Impact(text, text, MARKUP, 0.5, 1, 1, 1, 1, BREAKOUTS) for text in BREAKOUTS[:4]),
        coverage=msgspec.structs.replace(base.coverage, kinds={MARKUP: 3}, excluded=(Excluded(MARKUP, 1, BREAKOUTS[1]),)),
        artefacts={MARKUP: 2}, errors=BREAKOUTS, as_of="2026-11-24",
        score=msgspec.structs.replace(base.score, reasons=BREAKOUTS),
    )  # fmt: skip


def crowded(count: int = 3_000) -> Audit:
    """The service with thousands of findings, more than the page shows."""
    base = service()
    more = tuple(
        finding("REP001", f"`rng.normal` in `augment_{number}` draws random numbers and no seed is set on any path that leads to it.",
                Place(f"src/churn/experiments/variant_{number % 97:02}/augmentation.py", number + 1), "Set one seed from the configuration.",
                confidence=0.8, downstream=number % 7)
        for number in range(count)
    )  # fmt: skip
    return msgspec.structs.replace(base, findings=base.findings + more)


def deep() -> Audit:
    """The service with its sources far down, under names that offer no place for a break."""
    far = "src/churn/organisation/customerrelationshipmanagement/retentionmodelling/gradientboostedtrees/train.py"
    return msgspec.json.decode(
        msgspec.json.encode(service()).replace(b'"src/churn/train.py"', msgspec.json.encode(far)), type=Audit
    )


SAMPLES = {"service": service, "library": library, "empty": empty, "unknown": unknown, "hostile": hostile, "deep": deep}
