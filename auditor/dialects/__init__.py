"""Dialects: frameworks whose pipelines are Python code. Each reads the resolved program, none reads bytes.

A dialect is woken by the imports of its framework; a repository without them pays nothing for it, not even its import.
"""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module

import msgspec

from auditor.dialects.contract import (
    Artefact,
    CodeStep,
    Dialect,
    Pipeline,
    Reading,
    Remark,
    Statement,
    imports_library,
)
from auditor.model.facts import Trouble
from auditor.program import Resolved


def _of(module: str) -> Reading:
    """What a module of this room reads; it is imported when its framework is there."""

    def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterable[Statement]:
        reading: Reading = import_module(f"{__name__}.{module}").read
        return reading(resolved, paths)

    return read


DIALECTS: tuple[Dialect, ...] = (
    Dialect("kedro", ("kedro",), _of("kedro")),
    Dialect("airflow", ("airflow",), _of("airflow")),
    Dialect("metaflow", ("metaflow",), _of("metaflow")),
    Dialect("zenml", ("zenml",), _of("zenml")),
    Dialect("prefect", ("prefect",), _of("prefect")),
    Dialect("dagster", ("dagster", "dagstermill"), _of("dagster")),
    Dialect("kfp-sdk", ("kfp", "google_cloud_pipeline_components"), _of("kfp")),
    Dialect("luigi", ("luigi",), _of("luigi")),
    Dialect("sagemaker-sdk", ("sagemaker",), _of("sagemaker")),
    Dialect("flyte", ("flytekit", "flytekitplugins", "union", "flyte", "flyteplugins"), _of("flyte")),
    Dialect("azureml-sdk", ("azure", "mldesigner"), _of("azureml")),
    Dialect("azureml-v1", ("azureml",), _of("azureml_v1")),
    Dialect("vertex", ("google",), _of("vertex")),
    Dialect("databricks-jobs", ("databricks", "databricks_cli", "dbacademy", "solacc", "requests"), _of("databricks")),
)
"""All dialects, in the order in which their frameworks are asked."""


class Declarations(msgspec.Struct, frozen=True):
    """All that the frameworks of a tree declare, in the order of DIALECTS."""

    pipelines: tuple[Pipeline, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    remarks: tuple[Remark, ...] = ()


def declarations(resolved: Resolved, dialects: Sequence[Dialect] | None = None) -> Declarations:
    """What the frameworks of a program declare. Never raises: a dialect's own failure is a remark with the code `internal`."""
    said: list[Statement] = []
    for dialect, paths in _awake(resolved, DIALECTS if dialects is None else dialects):
        try:
            for statement in dialect.read(resolved, paths):
                said.append(statement)  # noqa: PERF402  # what was said before a failure is kept
        except Exception as error:  # noqa: BLE001  # the one place where a dialect's bug becomes a counted fact
            said.append(Remark(paths[0], Trouble(None, _failure(dialect, error), "internal")))
    return Declarations(
        tuple(s for s in said if isinstance(s, Pipeline)),
        tuple(s for s in said if isinstance(s, Artefact)),
        tuple(s for s in said if isinstance(s, Remark)),
    )


def _awake(resolved: Resolved, dialects: Sequence[Dialect]) -> list[tuple[Dialect, tuple[str, ...]]]:
    """The dialects whose framework some file imports, and does not belong to, each with those files."""
    wanted = {root for dialect in dialects for root in dialect.roots}
    importing: dict[str, set[str]] = defaultdict(set)
    for path in resolved.code.paths if wanted else ():
        for root in resolved.code.roots(path) & wanted:
            if imports_library(resolved, path, (root,)):
                importing[root].add(path)
    woken = [(dialect, set().union(*(importing.get(root, ()) for root in dialect.roots))) for dialect in dialects]
    return [(dialect, tuple(sorted(paths))) for dialect, paths in woken if paths]


def _failure(dialect: Dialect, error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"dialect {dialect.name}: {type(error).__name__}: {error} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"[
            :500
        ]
    )


__all__ = ["DIALECTS", "Artefact", "CodeStep", "Declarations", "Dialect", "Pipeline", "Remark", "declarations"]
