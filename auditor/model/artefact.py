"""The vocabulary of the graph: kinds of nodes and edges, roles of calls, and the records of both."""

from __future__ import annotations

from enum import Enum

import msgspec

from auditor.model.ordered import Ordered


class NodeKind(str, Enum):
    """The closed list of node kinds (34)."""

    REPO = "repo"
    DOCUMENT = "document"
    OWNER = "owner"
    PARSE_ERROR = "parse_error"
    PIPELINE = "pipeline"
    STEP = "step"
    TRIGGER = "trigger"
    CI_JOB = "ci_job"
    SCRIPT = "script"
    MODULE = "module"
    FUNCTION = "function"
    NOTEBOOK = "notebook"
    CELL = "cell"
    PROMPT = "prompt"
    DATASET = "dataset"
    EXTERNAL_DATASET = "external_dataset"
    STORAGE = "storage"
    FEATURE = "feature"
    FEATURE_VIEW = "feature_view"
    MODEL = "model"
    METRIC = "metric"
    EXPERIMENT = "experiment"
    REPORT = "report"
    CONFIG = "config"
    PARAM = "param"
    CLI_PARAM = "cli_param"
    CHECK = "check"
    MONITOR = "monitor"
    ALERT = "alert"
    SERVICE = "service"
    ENDPOINT = "endpoint"
    EXTERNAL_SERVICE = "external_service"
    ENV = "env"
    PACKAGE = "package"


class EdgeKind(str, Enum):
    """The closed list of edge kinds. Data edges run in the direction of influence: data, code, data."""

    CONTAINS = "contains"
    PRECEDES = "precedes"
    CONSUMES = "consumes"
    PRODUCES = "produces"
    PART_OF = "part_of"
    RUNS = "runs"
    IMPLEMENTS = "implements"
    IMPORTS = "imports"
    CALLS = "calls"
    CONFIGURES = "configures"
    OVERRIDES = "overrides"
    SETS = "sets"
    TRAINS = "trains"
    EVALUATES = "evaluates"
    PREDICTS = "predicts"
    DERIVES = "derives"
    VALIDATES = "validates"
    MONITORS = "monitors"
    SERVES = "serves"
    REGISTERS = "registers"
    TRIGGERS = "triggers"
    ENV_OF = "env_of"
    STORED_IN = "stored_in"
    VERSIONED_BY = "versioned_by"
    LOGS = "logs"
    DOCUMENTS = "documents"
    OWNS = "owns"
    COCHANGE = "cochange"


INFLUENCE = {
    EdgeKind.CONSUMES: True,
    EdgeKind.PRODUCES: True,
    EdgeKind.CONFIGURES: True,
    EdgeKind.CONTAINS: True,
    EdgeKind.RUNS: False,
    EdgeKind.IMPORTS: False,
    EdgeKind.ENV_OF: True,
    EdgeKind.SETS: True,
}
"""Edges along which a change travels: True in their own direction, False against it (what imports or runs a thing depends on it)."""

DIRECTIONS = {
    **INFLUENCE,
    EdgeKind.PART_OF: True,
    EdgeKind.CALLS: False,
    EdgeKind.IMPLEMENTS: True,
    EdgeKind.OVERRIDES: True,
    EdgeKind.DERIVES: True,
    EdgeKind.TRAINS: True,
    EdgeKind.EVALUATES: True,
    EdgeKind.PREDICTS: True,
    EdgeKind.SERVES: False,
    EdgeKind.REGISTERS: True,
    EdgeKind.LOGS: True,
}
"""Edges along which a change travels: True in their own direction, False against it. `part_of` is followed both ways."""


class Role(str, Enum):
    """What a call does, by the knowledge base: a closed list of 46. Whether it is debt is a rule's business."""

    READ = "read"
    WRITE = "write"
    LOAD_MODEL = "load_model"
    SAVE_MODEL = "save_model"
    CONFIG_READ = "config_read"
    DOWNLOAD = "download"
    CONNECT = "connect"
    EXEC = "exec"
    REGISTER = "register"
    COPY = "copy"
    CACHE = "cache"
    PATH = "path"
    DYNAMIC = "dynamic"
    CALL_SERVICE = "call_service"
    ESTIMATOR = "estimator"
    TRANSFORMER = "transformer"
    COMPOSE = "compose"
    FIT = "fit"
    TRANSFORM = "transform"
    FIT_TRANSFORM = "fit_transform"
    PREDICT = "predict"
    EVALUATE = "evaluate"
    SPLIT = "split"
    SAMPLE = "sample"
    RESAMPLE = "resample"
    FEATURE_SELECT = "feature_select"
    TUNE = "tune"
    EXPLAIN = "explain"
    ANALYSE = "analyse"
    MODE = "mode"
    FEATURE = "feature"
    SEED = "seed"
    NONDET = "nondet"
    CLI_PARAM = "cli_param"
    MONITOR = "monitor"
    VALIDATE = "validate"
    LOG = "log"
    LOG_ARTIFACT = "log_artifact"
    LOG_METRIC = "log_metric"
    LOG_PARAM = "log_param"
    SERVE = "serve"
    TRAIN_SERVICE = "train_service"
    PIPELINE = "pipeline"
    PIPELINE_STEP = "pipeline_step"
    SCHEDULE = "schedule"
    DATASET = "dataset"


class Evidence(Ordered, frozen=True):
    """Why an edge is believed. `how` is the extraction, `declared` whether it is a declaration alone."""

    path: str
    line: int | None
    snippet: str
    reader: str
    how: str
    confidence: float
    declared: bool = False
    cell: int | None = None


class Node(msgspec.Struct, frozen=True):
    """One artefact. `attrs["kinds"]` lists every use it is put to; `kind` is the most specific."""

    id: str
    kind: NodeKind
    label: str
    path: str | None = None
    line: int | None = None
    end_line: int | None = None
    cell: int | None = None
    attrs: dict[str, str | int | float | bool | list[str]] = {}


class Edge(msgspec.Struct, frozen=True):
    """A tie between two artefacts, with all its evidence."""

    source: str
    target: str
    kind: EdgeKind
    confidence: float
    declared: bool
    evidence: tuple[Evidence, ...]
    attrs: dict[str, str | int | float | bool | list[str]] = {}
