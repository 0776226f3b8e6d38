"""The audit: everything that was found out, complete and serialisable. All reports read only this."""

from __future__ import annotations

import msgspec

from auditor.model.artefact import Edge, Node
from auditor.model.export import Resolution
from auditor.model.finding import Effort, Finding, Severity
from auditor.model.listing import Excluded, Target
from auditor.model.settings import Settings
from auditor.model.verdict import RuleInfo, Verdict

SCHEMA = "auditor/audit/1"


class Versions(msgspec.Struct, frozen=True):
    """The five versions that a score is comparable under."""

    tool: str
    ruleset: str
    score_model: str
    calibration: str
    profile: str


class Problem(msgspec.Struct, frozen=True, order=True):
    """A file, or a part of one, that could not be read."""

    path: str
    line: int | None
    message: str
    code: str


class Coverage(msgspec.Struct, frozen=True):
    """What was seen. `share` is the part of the scoring weight that could be determined, in [0, 1].

    `io_resolved` is the share of path arguments of I/O calls whose target could be named (None without any).
    """

    share: float
    files: int
    files_read: int
    files_failed: int
    files_unknown: int  # content absent or too large
    lines: int
    logical_lines: int
    io_calls: int
    io_resolved: float | None
    history: str
    commits: int
    kinds: dict[str, int] = {}
    excluded: tuple[Excluded, ...] = ()
    rules_applied: int = 0
    rules_total: int = 0


class ArchetypeScore(msgspec.Struct, frozen=True):
    """How much a component looks like one archetype, and why."""

    letter: str
    name: str
    confidence: float
    signals: tuple[str, ...] = ()


class CheckScore(msgspec.Struct, frozen=True):
    """One scored check with everything needed to score it again.

    `s` in [0, 1] (1 is no debt), `weight`, applicability `a`, determined share `q`. Practice: `n`, `unmet`. Metric: `value`.
    Density: damped weight `w_damped`, exposure `exposure`, and `x`. `recoverable` is the debt points a full fix gives back.
    """

    id: str
    kind: str
    component: str
    weight: float
    a: float
    q: float
    s: float | None
    n: int = 0
    unmet: float = 0.0
    value: float | None = None
    w_damped: float | None = None
    exposure: float | None = None
    x: float | None = None
    p10: float | None = None
    median: float | None = None
    rules: tuple[str, ...] = ()
    recoverable: float = 0.0


class FamilyScore(msgspec.Struct, frozen=True):
    """Debt of one family, 0 to 100, lower is better; None where nothing was determined."""

    id: str
    title: str
    debt: float | None
    low: float
    high: float
    weight: float
    coverage: float
    grade: str
    applicable: bool
    checks: tuple[CheckScore, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """The debt score with all that must stand beside it. None only where nothing could be judged."""

    debt: float | None
    low: float
    high: float
    net: float | None
    grade: str
    provisional: bool
    coverage: float
    hours_p50: float
    hours_p90: float
    ratio: float | None  # hours_p50 / development cost
    verdict: str
    reasons: tuple[str, ...] = ()


class Peers(msgspec.Struct, frozen=True):
    """Where a repository stands among others of its kind: of `repositories` in the corpus of a calibration, `worse` have more debt.

    Context beside the score, never part of it: it moves when the corpus moves.
    """

    calibration: str
    archetype: str
    name: str
    repositories: int
    worse: int


class ComponentScore(msgspec.Struct, frozen=True):
    """The score of one component, with its families."""

    debt: float | None
    low: float
    high: float
    grade: str
    coverage: float
    families: tuple[FamilyScore, ...] = ()


class Exposure(msgspec.Struct, frozen=True):
    """How much there is of one component, which its debt is seen against.

    `kloc` counts thousands of analysable logical lines that are reachable, `fits` evaluated model fits (0 where
    no rule asked for rows and none found leakage). `parsed_share` is parsed / analysable lines (1 where there are none),
    `io_resolved` the share of I/O paths that could be named (None without any). `stages` and `artefacts` (datasets and models) enter the development cost. `touches_year` and
    `touches_quarter` count commits per path in 12 months and in 90 days; None where history is not known.
    """

    kloc: float = 0.0
    fits: int = 0
    io_resolved: float | None = None
    parsed_share: float = 1.0
    stages: int = 0
    artefacts: int = 0
    touches_year: dict[str, int] | None = None
    touches_quarter: dict[str, int] | None = None


class Waiver(msgspec.Struct, frozen=True):
    """A judgement of people about findings, from `.auditor/waivers.toml` (LIFECYCLE §4). Dates are ISO days, "" for none.

    It names findings by `fingerprint`, or by `rule`, `paths` (globs) and, if given, `entity`. `pin` is the hash of the
    snippet that it was given for, "" where it is not pinned.
    """

    id: str
    rule: str
    kind: str
    reason: str
    owner: str
    created: str = ""
    expires: str = ""
    paths: tuple[str, ...] = ()
    entity: str = ""
    fingerprint: str = ""
    approved_by: str = ""
    ticket: str = ""
    pin: str = ""
    line: int | None = None


class Waived(msgspec.Struct, frozen=True):
    """A waiver and what became of it: `active`, `expired`, `unused`, `lapsed` (its finding changed) or `proposed` (not in the base)."""

    waiver: Waiver
    state: str
    findings: tuple[str, ...] = ()


class Suppressed(msgspec.Struct, frozen=True, order=True):
    """A suppression written beside the code. `state`: `active`, `expired`, `unused` or `proposed`. `until` is an ISO day or ""."""

    path: str
    line: int
    cell: int | None
    rules: tuple[str, ...]
    reason: str
    until: str
    state: str


class Signoff(msgspec.Struct, frozen=True):
    """A person's answer for one item of the checklist: `pass`, `partial`, `fail` or `n/a`. `evidence` is what was shown then."""

    item: str
    answer: str
    by: str
    on: str  # ISO day
    evidence: str
    release: str = ""
    revision: str = ""
    note: str = ""


class Component(msgspec.Struct, frozen=True):
    """A directory with its own build, pipeline or entry points."""

    id: str
    root: str
    archetypes: tuple[ArchetypeScore, ...]
    signals: tuple[str, ...]
    overridden: bool
    files: int
    logical_lines: int
    metrics: dict[str, float | str | None] = {}
    counts: dict[str, int] = {}
    score: ComponentScore | None = None


class Impact(msgspec.Struct, frozen=True):
    """If this artefact changes, these change. `ways` tell for each example over which artefacts, the example last."""

    artefact: str
    kind: str
    component: str
    radius: float
    models: int
    endpoints: int
    data: int
    code: int
    examples: tuple[str, ...] = ()
    ways: tuple[tuple[str, ...], ...] = ()


class Debts(msgspec.Struct, frozen=True):
    """The open findings that stand at an artefact: how many, and how grave the gravest is."""

    findings: int
    severity: Severity


class SystemMap(msgspec.Struct, frozen=True):
    """The lineage: the data, steps, programs and models that hang together, each tie with its surest evidence.

    `debts` tells which artefacts have findings, by id; `dropped` counts the artefacts beyond the bound. Where code
    contradicts a declaration, the tie says so in `attrs["mismatch"]`.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    debts: dict[str, Debts] = {}
    dropped: int = 0


class Excerpt(msgspec.Struct, frozen=True, order=True):
    """Lines that findings rest on with those around them, credentials taken out. In a notebook `first` counts in its cell."""

    path: str
    cell: int | None
    first: int
    lines: tuple[str, ...]


class CoChange(msgspec.Struct, frozen=True):
    """Two files that repeatedly change in the same commits: how often, how often each changes, whether a tie explains it."""

    one: str
    other: str
    together: int
    changes: tuple[int, int]
    tied: bool


class Held(msgspec.Struct, frozen=True):
    """One thing that the system is made of: a `model`, `data`, or a `package`.

    `version` is what identifies its content: the one version that the environments allow, a hash, a revision; "" where
    nothing does. `pin` says how (`==`, `content-hash`, `import` …) or, without a version, what is asked for. `origin` is a
    URL or a hub. `made_from` names the models and data from which it is made, by id.
    """

    id: str
    kind: str
    name: str
    path: str = ""
    version: str = ""
    pin: str = ""
    origin: str = ""
    places: tuple[str, ...] = ()
    made_from: tuple[str, ...] = ()


class Audit(msgspec.Struct, frozen=True):
    """A finished audit. Two audits of the same tree, options and as-of date are byte-equal."""

    schema: str
    versions: Versions
    as_of: str
    target: Target
    coverage: Coverage
    components: tuple[Component, ...]
    score: Score
    families: tuple[FamilyScore, ...]
    rules: tuple[RuleInfo, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    impacts: tuple[Impact, ...] = ()
    system_map: SystemMap = SystemMap()
    artefacts: dict[str, int] = {}
    errors: tuple[str, ...] = ()  # internal errors of rules, readers, dialects
    jobs: dict[str, Effort] = {}
    exposures: dict[str, Exposure] = {}  # by component: with rules, verdicts and findings all that scoring again needs
    waivers: tuple[Waived, ...] = ()
    suppressions: tuple[Suppressed, ...] = ()
    signoffs: tuple[Signoff, ...] = ()
    settings: Settings = Settings()  # what the audited side says of itself
    peers: Peers | None = None  # None where there are too few of its kind to tell
    resolution: tuple[Resolution, ...] = ()  # by component, with every I/O call whose artefact could not be named
    excerpts: tuple[Excerpt, ...] = ()
    co_changes: tuple[CoChange, ...] = ()  # the strongest, over the commits that say something
    authors: dict[
        str, int
    ] = {}  # of each file with findings: how many people changed it in the years that history tells
    blurbs: dict[str, str] = {}  # what each family of rules is about, in a sentence
    owners: dict[str, tuple[str, ...]] = {}  # of each file with findings, as CODEOWNERS says
    inventory: tuple[Held, ...] = ()
