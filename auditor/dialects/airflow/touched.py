"""What operators and sensors of Airflow read and write by their arguments: tables of SQL, files, objects of stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from posixpath import dirname
from typing import NamedTuple

import msgspec

from auditor.dialects.airflow.order import Task
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Items, Plain, Table, Thing, options
from auditor.language.credentials import mask
from auditor.language.sql import read_sql
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Ref
from auditor.model.regex import regex
from auditor.program.symbolic.values import is_uri, normal

MOST = 20
"""Artefacts that one argument of a task may name."""


class Touched(NamedTuple):
    """An artefact that a task reads or writes."""

    way: str  # read, write
    declared: Declared


class _Form(msgspec.Struct, frozen=True):
    """How arguments name an artefact: `{a}` is an argument, `{a?}` one that may be left out with the dot behind it."""

    way: str
    text: str
    table: bool = False


def _read(text: str) -> _Form:
    return _Form("read", text)


def _write(text: str) -> _Form:
    return _Form("write", text)


def _from(text: str) -> _Form:
    return _Form("read", text, table=True)


def _into(text: str) -> _Form:
    return _Form("write", text, table=True)


_S3_KEY, _GCS_OBJECT, _GCS_FILE = (
    "s3://{bucket_name}/{bucket_key}",
    "gs://{bucket}/{object}",
    "gs://{bucket}/{filename}",
)
_REDSHIFT, _LANDED = "{schema?}.{table}", "s3://{s3_bucket}/{s3_key}"
_FORMS: dict[str, tuple[_Form, ...]] = {
    "FileSensor": (_read("{filepath}"),),
    "S3KeySensor": (_read(_S3_KEY),),
    "S3PrefixSensor": (_read("s3://{bucket_name}/{prefix}"),),
    "S3KeysUnchangedSensor": (_read("s3://{bucket_name}/{prefix}"),),
    "GCSObjectExistenceSensor": (_read(_GCS_OBJECT),),
    "GCSObjectUpdateSensor": (_read(_GCS_OBJECT),),
    "GoogleCloudStorageObjectSensor": (_read(_GCS_OBJECT),),
    "GCSObjectsWithPrefixExistenceSensor": (_read("gs://{bucket}/{prefix}"),),
    "GoogleCloudStoragePrefixSensor": (_read("gs://{bucket}/{prefix}"),),
    "WasbBlobSensor": (_read("wasb://{container_name}/{blob_name}"),),
    "BigQueryTableExistenceSensor": (_from("{project_id?}.{dataset_id}.{table_id}"),),
    "BigQueryTableSensor": (_from("{project_id?}.{dataset_id}.{table_id}"),),
    "LocalFilesystemToS3Operator": (_read("{filename}"), _write("s3://{dest_bucket}/{dest_key}")),
    "LocalFilesystemToGCSOperator": (_read("{src}"), _write("gs://{bucket}/{dst}")),
    "LocalFilesystemToWasbOperator": (_read("{file_path}"), _write("wasb://{container_name}/{blob_name}")),
    "GCSToLocalFilesystemOperator": (_read("gs://{bucket}/{object_name}"), _write("{filename}")),
    "GCSToGCSOperator": (_read("gs://{source_bucket}/{source_object}"), _write("gs://{destination_bucket}/{destination_object}")),
    "S3CopyObjectOperator": (_read("s3://{source_bucket_name}/{source_bucket_key}"), _write("s3://{dest_bucket_name}/{dest_bucket_key}")),
    "S3CreateObjectOperator": (_write(_LANDED),),
    "S3FileTransformOperator": (_read("{source_s3_key}"), _write("{dest_s3_key}")),
    "S3ToRedshiftOperator": (_read(_LANDED), _into(_REDSHIFT)),
    "RedshiftToS3Operator": (_from(_REDSHIFT), _write(_LANDED)),
    "S3ToSnowflakeOperator": (_into(_REDSHIFT),),
    "CopyFromExternalStageToSnowflakeOperator": (_into(_REDSHIFT),),
    "S3ToSqlOperator": (_read(_LANDED), _into(_REDSHIFT)),
    "SqlToS3Operator": (_write(_LANDED),),
    "GCSToBigQueryOperator": (_read("gs://{bucket}/{source_objects}"), _into("{destination_project_dataset_table}")),
    "GoogleCloudStorageToBigQueryOperator": (_read("gs://{bucket}/{source_objects}"), _into("{destination_project_dataset_table}")),
    "BigQueryToGCSOperator": (_from("{source_project_dataset_table}"), _write("{destination_cloud_storage_uris}")),
    "BigQueryToCloudStorageOperator": (_from("{source_project_dataset_table}"), _write("{destination_cloud_storage_uris}")),
    "BigQueryToBigQueryOperator": (_from("{source_project_dataset_tables}"), _into("{destination_project_dataset_table}")),
    "BigQueryExecuteQueryOperator": (_into("{destination_dataset_table}"),),
    "BigQueryOperator": (_into("{destination_dataset_table}"),),
    "SQLColumnCheckOperator": (_from("{table}"),),
    "SQLTableCheckOperator": (_from("{table}"),),
}  # fmt: skip
_UNLOADING = regex(r"(?:Postgres|MySQL|MySql|MSSQL|Oracle|Presto|Trino|Cassandra)To(?:GCS|GoogleCloudStorage)Operator")
_ARGUMENT = regex(r"\{(\w+)(\??)\}")
_JINJA = regex(r"\{\{(.*?)\}\}", re.DOTALL)
_PARAMETER = regex(r"\s*(?:dag\.|task\.)?params(?:\.|\[['\"])(\w+)(?:['\"]\])?\s*")
_DOT = regex(r"\.(?![^{}]*\})")  # one inside a hole parts nothing
_TABLE = regex(r"[`\"\w{}$*.:\- ]+")
_DIALECTS = (
    ("Postgres", "postgres"), ("MySql", "mysql"), ("MySQL", "mysql"), ("Snowflake", "snowflake"), ("BigQuery", "bigquery"), ("Redshift", "redshift"),
    ("Sqlite", "sqlite"), ("Trino", "trino"), ("Presto", "presto"), ("MsSql", "tsql"), ("Oracle", "oracle"), ("Databricks", "databricks"),
    ("Spark", "spark"), ("Athena", "athena"), ("Hive", "hive"), ("ClickHouse", "clickhouse"), ("DuckDB", "duckdb"),
)  # fmt: skip


def touched(machine: Machine, task: Task) -> Iterator[Touched]:
    """All that the arguments of a task name, as far as they are written out."""
    kind = task.kind.removesuffix("Async")
    unloaded = (_write(_GCS_FILE),) if _UNLOADING.fullmatch(kind) else ()
    for form in (*_FORMS.get(kind, ()), *unloaded):
        for text in _filled(machine, task, form.text):
            yield from _table(form.way, text, task) if form.table else _file(machine, form.way, text, task)
    if kind.endswith(("Operator", "Sensor")):
        for thing in (*(task.args.get(name) for name in _arguments_of(kind)), *_job(machine, task)):
            for text in _texts(machine, task, thing) if thing is not None else ():
                yield from _sql(machine, text, task)


def _filled(machine: Machine, task: Task, form: str) -> Iterator[str]:
    """A form with each choice of the arguments that it names; nothing where one that it needs is not known."""
    names = _ARGUMENT.findall(form)
    choices = [list(_texts(machine, task, task.args.get(name) or Plain(None)))[:MOST] for name, _ in names]
    for chosen in product(*(found or [""] for found in choices)):
        if not all(value or optional for value, (_, optional) in zip(chosen, names, strict=True)):
            if not is_uri(chosen[-1]):
                continue
            yield chosen[-1]  # a key that is a whole address needs no bucket
        elif is_uri(chosen[-1]):
            yield chosen[-1]
        else:
            values = iter(chosen)
            yield _ARGUMENT.sub(lambda _, values=values: next(values), form).lstrip(".")  # type: ignore[misc]  # bound per round


def _texts(machine: Machine, task: Task, thing: Thing) -> Iterator[str]:
    """The texts in a list, or the one; holes and templates shown as `{name}` where the parameters do not say them."""

    def said(template: re.Match[str]) -> str:
        asked = _PARAMETER.fullmatch(template[1])
        known = _parameter(machine, task, asked[1]) if asked else ""
        return known or "{" + (" ".join(re.findall(r"[\w.]+", template[1])) or "value") + "}"

    for option in options(thing):
        if isinstance(option, Items):
            for item in option.items[:MOST]:
                yield from _texts(machine, task, item)
        else:
            yield from (_JINJA.sub(said, value.text()) for value in machine.values(option)[:1])


def _parameter(machine: Machine, task: Task, name: str) -> str:
    """What `params` of a task, or of its DAG, say; "" where they do not."""
    for args in (task.args, task.dag.args if task.dag is not None else None):
        given = machine.settled(args.get("params") or Plain(None)) if args is not None else None
        thing = given.entries.get(name) if isinstance(given, Table) else None
        values = machine.values(thing) if thing is not None else ()
        if len(values) == 1 and values[0].exact:
            return values[0].text()
    return ""


def _file(machine: Machine, way: str, text: str, task: Task) -> Iterator[Touched]:
    """A file or object; a relative path starts where a connection says, so it is one of the tree only if it is there."""
    identity = path_identity(mask(text), "")
    known = identity is not None and (identity[1] is None or identity[1] in machine.resolved.files)
    if identity is not None and known and not text.partition("://")[2].startswith("{"):
        ref = Ref(mask(text), "dataset", task.kind, task.where.line, "{" in text)
        yield Touched(way, Declared(*identity, ref, mask(text), NodeKind.DATASET, 0.6 if "{" in text else 0.85))


def _table(way: str, text: str, task: Task) -> Iterator[Touched]:
    parts = [part.strip('`"[] ').lower() for part in _DOT.split(text.replace(":", ".").partition("$")[0])][-3:]
    if not _TABLE.fullmatch(text) or not parts[-1] or parts[-1].startswith("{"):
        return
    said = [part if part and not part.startswith("{") else "*" for part in parts]
    name = ".".join(part for part in said if part != "*")
    ref = Ref(name, "dataset", task.kind, task.where.line, "{" in name)
    identity = "table:" + ".".join(["*"] * (4 - len(said)) + said)
    yield Touched(way, Declared(identity, None, ref, name, NodeKind.DATASET, 0.6 if "{" in name else 0.85))


# --- SQL ---


def _arguments_of(kind: str) -> tuple[str, ...]:
    """The arguments that hold SQL; `query` is the word of many languages."""
    speaks = "sql" in kind.lower() or any(part in kind for part, _ in _DIALECTS)
    return ("sql", "hql", "bql", "query") if speaks else ("sql", "hql", "bql")


def _job(machine: Machine, task: Task) -> Iterator[Thing]:
    """The query of a BigQuery job, out of its configuration."""
    configuration = machine.settled(task.args.get("configuration") or Plain(None))
    query = configuration.entries.get("query") if isinstance(configuration, Table) else None
    for option in options(query) if query is not None else ():
        if isinstance(option, Table) and "query" in option.entries:
            yield option.entries["query"]


def _sql(machine: Machine, text: str, task: Task) -> Iterator[Touched]:
    """The tables and files of a text of SQL, or of the file of SQL that it names."""
    if text.strip().lower().endswith((".sql", ".hql")) and "\n" not in text:
        for path, facts in _stored(machine, text.strip(), task):
            ref = Ref(path, "script", "sql", task.where.line)
            yield Touched("read", Declared(f"file:{path}", path, ref, path, NodeKind.SCRIPT, 0.9))
            for found in facts.references:
                way = "read" if found.how == "reads" else "write"
                yield from (
                    _table(way, found.path, task)
                    if dict(found.attrs).get("table")
                    else _file(machine, way, found.path, task)
                )
        return
    dialect = next((name for part, name in _DIALECTS if part in task.kind), "")
    found_in = read_sql(text, dialect)
    for use in found_in.uses:
        if use.path:
            yield from _file(machine, use.way, use.path, task)
        elif use.parts[-1].lower() not in {name.lower() for name in found_in.temporary}:
            yield from _table(use.way, ".".join(use.parts), task)


def _stored(machine: Machine, text: str, task: Task) -> Iterator[tuple[str, Facts]]:
    """The file of a template: beside the DAG, in a folder that the DAG searches, else the only one of that name."""
    files = machine.resolved.files
    dag = task.dag
    searched = (
        list(_texts(machine, task, dag.args.get("template_searchpath") or Plain(None))) if dag is not None else []
    )
    for folder in (dirname(task.where.path), dirname(dag.where.path) if dag is not None else "", *searched, ""):
        path = normal(f"{folder}/{text}") if folder else normal(text)
        if path in files and files[path].kind == "sql":
            yield path, files[path]
            return
    tail = f"/{text.lstrip('./')}"
    alike = [path for path, facts in files.items() if facts.kind == "sql" and f"/{path}".endswith(tail)]
    if len(alike) == 1:
        yield alike[0], files[alike[0]]
