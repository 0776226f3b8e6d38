"""Readers: the bytes of one file into facts. Which files a reader wants, and what it says of them.

The order of READERS decides where several accept a file: the particular before the general.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

import msgspec

from auditor.language.secrets import without_secrets
from auditor.model.facts import Facts, Secret, Trouble
from auditor.model.regex import regex
from auditor.readers import (
    argo,
    azure_pipelines,
    azureml,
    bindings,
    bitbucket,
    checksums,
    circleci,
    cloud_build,
    cloudformation,
    code_build,
    codeowners,
    compose,
    conda,
    conda_recipe,
    config,
    crontab,
    dagster_components,
    databricks,
    dbt,
    dbt_yaml,
    dependency_bots,
    dockerfile,
    dvc,
    dvc_config,
    dvc_file,
    dvc_lock,
    git_files,
    github_actions,
    gitlab_ci,
    grafana,
    great_expectations,
    iceberg,
    jenkins,
    json_lines,
    kedro_catalog,
    key_files,
    kfp,
    kubernetes,
    lakefs,
    locks,
    makefile,
    mlproject,
    model_servers,
    notebook,
    parquet,
    pipfile,
    pixi,
    ploomber,
    pre_commit,
    procfile,
    prometheus,
    prose,
    pyproject,
    python,
    python_version,
    requirements,
    sagemaker,
    setup_cfg,
    setup_py,
    shell_script,
    snakemake,
    soda,
    sql,
    table,
    terraform,
    tox,
    travis,
)
from auditor.readers.contract import Reader
from auditor.readers.embedded import with_programs
from auditor.readers.pointer import MAX_POINTER, pointer

READERS: tuple[Reader, ...] = (
    setup_py.READER,
    python.READER,
    notebook.READER,
    dvc.READER,
    dvc_lock.READER,
    dvc_file.READER,
    dvc_config.READER,
    mlproject.PROJECT,
    mlproject.MODEL,
    snakemake.READER,
    snakemake.LIKE,
    github_actions.WORKFLOW,
    github_actions.ACTION,
    gitlab_ci.READER,
    circleci.READER,
    jenkins.READER,
    azure_pipelines.READER,
    cloud_build.READER,
    bitbucket.READER,
    travis.READER,
    code_build.READER,
    crontab.READER,
    terraform.READER,
    tox.READER,
    procfile.READER,
    pre_commit.READER,
    dependency_bots.DEPENDABOT,
    dependency_bots.RENOVATE,
    codeowners.READER,
    compose.READER,
    kedro_catalog.READER,
    azureml.READER,
    dbt_yaml.PROJECT,
    dbt_yaml.PROPERTIES,
    dbt.READER,
    azure_pipelines.TEMPLATE,
    databricks.READER,
    databricks.JOB,
    dagster_components.READER,
    argo.READER,
    ploomber.READER,
    kfp.PIPELINE,
    kfp.JOB,
    kfp.COMPONENT,
    kubernetes.READER,
    prometheus.READER,
    soda.READER,
    great_expectations.CHECKPOINT,
    great_expectations.SUITE,
    grafana.READER,
    model_servers.BENTO,
    model_servers.COG,
    model_servers.MLSERVER,
    model_servers.TORCHSERVE,
    model_servers.TRITON,
    sagemaker.READER,
    locks.CONDA,
    conda.READER,
    conda_recipe.READER,
    pixi.MANIFEST,
    pixi.LOCK,
    cloudformation.SERVERLESS,
    cloudformation.READER,
    pyproject.READER,
    locks.FLAT,
    locks.UV,
    locks.POETRY,
    locks.PDM,
    locks.PYLOCK,
    locks.PIPENV,
    pipfile.READER,
    setup_cfg.READER,
    requirements.READER,
    python_version.READER,
    dockerfile.READER,
    dockerfile.LIKE,
    makefile.READER,
    shell_script.READER,
    sql.READER,
    git_files.ATTRIBUTES,
    git_files.IGNORE,
    git_files.DVCIGNORE,
    git_files.DOCKERIGNORE,
    prose.MARKDOWN,
    prose.RST,
    prose.PLAIN,
    table.READER,
    parquet.READER,
    json_lines.DELTA,
    json_lines.READER,
    iceberg.READER,
    checksums.READER,
    lakefs.REF,
    lakefs.ACTIONS,
    config.YAML,
    config.TOML,
    config.JSON,
    config.INI,
    config.DOTENV,
    bindings.GIN,
    bindings.HOCON,
    bindings.CONF,
    bindings.PROPERTIES,
    python.SCRIPT,
    shell_script.SCRIPT,
    key_files.READER,
)


_WILD = regex(r"[*?]|\[.*\]")
_SUFFIX = regex(r"\.\w+$")


class _Glob(NamedTuple):
    """A pattern of names or paths that belongs to a reader. A text that it matches holds its longest part."""

    longest: str
    pattern: str
    position: int


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of names, translated when the first file comes that may fit it."""
    return re.compile(translate(pattern))


def _matching(globs: Iterable[_Glob], text: str) -> list[int]:
    return [position for longest, pattern, position in globs if longest in text and _compiled(pattern).match(text)]


class _Index:
    """Finds the readers of a path by its name, its suffix or the two letters it begins with; only then by pattern."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self.readers = readers
        self.by_name: dict[str, list[int]] = {}
        self.by_suffix: dict[str, list[int]] = {}
        self.patterns: dict[str, list[_Glob]] = {}
        self.paths: dict[str, list[_Glob]] = {}
        self.found: dict[tuple[int, ...], tuple[Reader, ...]] = {}  # there are few
        for position, reader in enumerate(readers):
            for name in reader.names:
                self._add(name, position)

    def _add(self, name: str, position: int) -> None:
        parts = _WILD.split(name)
        glob = _Glob(max(parts, key=len), name, position)
        last = _SUFFIX.search(name)
        suffix = last.group() if last else ""
        if "/" in name:
            self.paths.setdefault(suffix, []).append(glob)
        elif parts == [name]:
            self.by_name.setdefault(name, []).append(position)
        elif name == f"*{suffix}":
            self.by_suffix.setdefault(suffix, []).append(position)
        else:
            self.patterns.setdefault(parts[0][:2] if len(parts[0]) >= 2 else suffix, []).append(glob)

    def find(self, path: str) -> tuple[Reader, ...]:
        name = path.rpartition("/")[2]
        dot = name.rfind(".")
        suffix = name[dot:] if dot >= 0 else ""
        found = [*self.by_name.get(name, ()), *self.by_suffix.get(suffix, ())]
        for key in (name[:2], suffix):
            found += _matching(self.patterns.get(key, ()), name)
        rooted = f"/{path}"
        for key in ("", suffix) if suffix else ("",):
            found += _matching(self.paths.get(key, ()), rooted)
        positions = tuple(found)
        if positions not in self.found:
            self.found[positions] = tuple([self.readers[position] for position in sorted(set(found))])
        return self.found[positions]


_INDEX = _Index(READERS)
_HEAD = attrgetter("head")


@lru_cache(maxsize=100_000)
def candidates(path: str) -> tuple[Reader, ...]:
    """The readers that a path's name allows, in the order they are asked."""
    return _INDEX.find(path)


def read_file(readers: Sequence[Reader], data: bytes) -> Facts:
    """The facts of one file by the first reader that accepts it; kind `other` where none does. Never raises.

    A reader's own failure is a trouble with the code `internal`. A pointer to content elsewhere is read as such,
    whatever the file's name promises. No reader sees a credential: it is taken out before.
    """
    stand_in = pointer(data)
    if stand_in is not None:
        return stand_in
    data, secrets = _cleared(readers, data)
    facts = _read(readers, data)
    return msgspec.structs.replace(facts, secrets=secrets) if secrets else facts


def _cleared(readers: Sequence[Reader], data: bytes) -> tuple[bytes, tuple[Secret, ...]]:
    """The bytes without credentials; of a long table only as far as anybody looks, and as far again for what moves up."""
    if not readers or not all(map(_HEAD, readers)):
        return without_secrets(data)
    most = 2 * max(map(_HEAD, readers))
    cleared, secrets = without_secrets(data[:most])
    return cleared + data[most:] if secrets else data, secrets


def _read(readers: Sequence[Reader], data: bytes) -> Facts:
    for reader in readers:
        try:
            if reader.accepts(data):
                return _with_programs(reader.read(data), data)
        except Exception as error:  # noqa: BLE001  # the one place where a reader's bug becomes a counted fact
            return Facts(kind=reader.name, troubles=(Trouble(None, _failure(error), "internal"),))
    return Facts(kind="other", lines=data.count(b"\n"))


def _with_programs(facts: Facts, data: bytes) -> Facts:
    try:
        return with_programs(facts, data)
    except Exception as error:  # noqa: BLE001  # what the file itself says is kept
        trouble = Trouble(None, _failure(error), "internal")
        return msgspec.structs.replace(facts, troubles=(*facts.troubles, trouble))


def _failure(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"[:500]


__all__ = ["MAX_POINTER", "READERS", "Reader", "candidates", "read_file"]
