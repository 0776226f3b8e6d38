"""Commands that start declared work: `make train`, `dvc repro`, `mlflow run . -e main`, `docker compose up`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from auditor.language.arguments import Arguments, option_names, split
from auditor.model.facts import Word


class Goal(msgspec.Struct, frozen=True):
    """What a command asks a pipeline tool for.

    `tool` is the tool, `names` are the stages, targets or pipelines asked for (none: the usual ones). `folder` and
    `file` say where they are declared, as written. `kind` is `pipeline`, or `declares` where nothing is run.
    """

    tool: str
    names: tuple[str, ...] = ()
    folder: str = ""
    file: str = ""
    kind: str = "pipeline"


def read_goal(tool: str, rest: Sequence[Word]) -> Goal | None:
    """The goal of a command of a pipeline tool; None where the tool is no such tool or does something else."""
    reader = _READERS.get(tool)
    return reader(tuple(rest)) if reader is not None else None


def _texts(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(word.text for word in words)


def _value(given: Arguments, *names: str) -> str:
    word = given.first(*names)
    return word.text if word is not None else ""


_MAKE = frozenset({"-C", "--directory", "-f", "--file", "--makefile", "-I", "--include-dir", "-o", "--old-file", "-W", "--what-if", "--eval", "-E"})  # fmt: skip


def _make(rest: tuple[Word, ...]) -> Goal | None:
    """`make -C dir -f file target VAR=x`; `-j` may have a number behind it."""
    given = split(rest, _MAKE)
    if given.has("-n", "--dry-run", "--version", "-v", "-h", "--help"):
        return None
    names = [text for text in _texts(given.rest) if "=" not in text and not text.isdigit()]
    return Goal("make", tuple(names), _value(given, "-C", "--directory"), _value(given, "-f", "--file", "--makefile"))


_DVC = frozenset({"-S", "--set-param", "-n", "--name", "-c", "--cwd", "-j", "--jobs", "-r", "--remote", "--rev", "--run-all", "-C", "--params"})  # fmt: skip
_DVC_STAGE = frozenset({"-n", "--name", "-d", "--deps", "-o", "--outs", "-O", "--outs-no-cache", "-p", "--params", "-m", "--metrics", "-M", "--metrics-no-cache", "--plots", "--plots-no-cache", "--outs-persist", "--outs-persist-no-cache", "-w", "--wdir", "-f", "--file", "--desc", "-c", "--checkpoints"})  # fmt: skip


def _dvc(rest: tuple[Word, ...]) -> Goal | None:
    """`dvc repro`, `dvc exp run`; `dvc stage add` and `dvc run` declare."""
    outer = split(rest, {"--cd"}, leading=True)
    words = outer.rest
    folder = _value(outer, "--cd")
    head = _texts(words[:2])
    if head[:1] in (("repro",), ("reproduce",)) or head in (("exp", "run"), ("experiments", "run"), ("exp", "r")):
        given = split(words[1 if head[0].startswith("repro") else 2 :], _DVC)
        names = _texts(given.rest)
        file = next((name.partition(":")[0] for name in names if _is_dvc_yaml(name)), "")
        stages = tuple(stage for name in names if (stage := name.partition(":")[2] if _is_dvc_yaml(name) else name))
        return Goal("dvc", stages, folder or _value(given, "--cwd"), file)
    if head[:1] == ("run",) or head == ("stage", "add"):
        given = split(words[1 if head[0] == "run" else 2 :], _DVC_STAGE, leading=True)
        return Goal("dvc", (_value(given, "-n", "--name"),), folder or _value(given, "-w", "--wdir"), kind="declares")
    return None


def _is_dvc_yaml(name: str) -> bool:
    return name.partition(":")[0].endswith(("dvc.yaml", "dvc.yml"))


_SNAKEMAKE = option_names("""
    -s --snakefile -d --directory -c --cores -j --jobs --configfile --configfiles --config --profile --cluster
    --conda-prefix --use-conda-prefix --latency-wait -w --resources --default-resources --restart-times -T
    --report --dag-format --until -U --omit-from -O --allowed-rules --batch --executor -e --wrapper-prefix
    --singularity-args --apptainer-args --workflow-profile --forcerun -R --rerun-triggers --storage-prefix
    --log-dir --set-threads --max-jobs-per-second
""")


def _snakemake(rest: tuple[Word, ...]) -> Goal | None:
    given = split(rest, _SNAKEMAKE)
    if given.has(
        "-n", "--dry-run", "--dryrun", "--dag", "--rulegraph", "--lint", "--unlock", "-h", "--version", "--filegraph"
    ):
        return None
    names = tuple(text for text in _texts(given.rest) if "=" not in text and not text.isdigit())
    return Goal("snakemake", names, _value(given, "-d", "--directory"), _value(given, "-s", "--snakefile"))


_MLFLOW = frozenset({"-e", "--entry-point", "-P", "--param-list", "-v", "--version", "--experiment-name", "--experiment-id", "-b", "--backend", "-c", "--backend-config", "--env-manager", "--run-id", "--run-name", "-A", "--docker-args", "--storage-dir"})  # fmt: skip


def _mlflow(rest: tuple[Word, ...]) -> Goal | None:
    """`mlflow run folder -e entry -P name=value`; a project of another repository is none of ours."""
    if _texts(rest[:1]) != ("run",):
        return None
    given = split(rest[1:], _MLFLOW)
    folder = _texts(given.rest[:1]) or (".",)
    if "://" in folder[0] or folder[0].startswith("git@"):
        return None
    place, _, inner = folder[0].partition("#")
    return Goal("mlproject", (_value(given, "-e", "--entry-point") or "main",), f"{place or '.'}/{inner}".rstrip("/"))


_KEDRO = frozenset({"-p", "--pipeline", "--pipelines", "-n", "--node", "--nodes", "--node-names", "--from-nodes", "--to-nodes", "--from-inputs", "--to-outputs", "-t", "--tag", "--tags", "-e", "--env", "--params", "-r", "--runner", "-l", "--load-version", "--load-versions", "-c", "--config", "--conf-source", "--namespace", "--namespaces"})  # fmt: skip


def _kedro(rest: tuple[Word, ...]) -> Goal | None:
    if _texts(rest[:1]) != ("run",):
        return None
    given = split(rest[1:], _KEDRO)
    names = [name for word in given.every("-p", "--pipeline", "--pipelines") for name in word.text.split(",") if name]
    return Goal("kedro", tuple(names))


_DBT = frozenset({"-s", "--select", "-m", "--models", "--model", "--exclude", "--project-dir", "--profiles-dir", "--profile", "-t", "--target", "--vars", "--selector", "--threads", "--state", "--target-path", "--log-level", "--log-path", "--log-format", "--args"})  # fmt: skip
_DBT_RUNS = frozenset({"run", "build", "seed", "snapshot", "test"})


def _dbt(rest: tuple[Word, ...]) -> Goal | None:
    given = split(rest, _DBT)
    if not given.rest or given.rest[0].text not in _DBT_RUNS:
        return None
    chosen = [word.text for word in given.every("-s", "--select", "-m", "--models", "--model")]
    chosen += [word.text for word in given.rest[1:] if given.has("-s", "--select", "-m", "--models")]
    return Goal("dbt", tuple(" ".join(chosen).split()), _value(given, "--project-dir"))


def _subcommands(
    tool: str, heads: Sequence[str], valued: str = "", *, names: str = "", file: str = "", folder: str = ""
) -> Callable[[tuple[Word, ...]], Goal | None]:
    """A tool with plain subcommands: what they are asked for is named by options, or else by the words behind them."""

    def read(rest: tuple[Word, ...]) -> Goal | None:
        texts = _texts(rest)
        head = next((tuple(h.split()) for h in heads if texts[: len(h.split())] == tuple(h.split())), None)
        if head is None:
            return None
        given = split(rest[len(head) :], frozenset(f"{valued} {names} {file} {folder}".split()))
        chosen = tuple(word.text for word in given.every(*names.split())) if names else ()
        where = _value(given, *file.split()) if file else ""
        return Goal(tool, chosen or _texts(given.rest), _value(given, *folder.split()) if folder else "", where)

    return read


def _argo(rest: tuple[Word, ...]) -> Goal | None:
    """`argo submit workflow.yaml`; a workflow that lies elsewhere is none of ours."""
    head = 1 if _texts(rest[:1]) == ("submit",) else 2 if _texts(rest[:2]) == ("cron", "create") else 0
    given = split(rest[head:], {"-n", "--namespace", "-p", "--parameter", "-f", "--parameter-file", "--serviceaccount", "--name", "-l", "--labels", "--from", "--entrypoint"})  # fmt: skip
    if not head or not given.rest or "://" in given.rest[0].text:
        return None
    return Goal("argo", file=given.rest[0].text)


_READERS: dict[str, Callable[[tuple[Word, ...]], Goal | None]] = {
    "make": _make,
    "gmake": _make,
    "dvc": _dvc,
    "snakemake": _snakemake,
    "mlflow": _mlflow,
    "kedro": _kedro,
    "dbt": _dbt,
    "nextflow": _subcommands("nextflow", ("run",), "-profile -c -params-file -w -work-dir -r -entry -with-docker -resume"),
    "prefect": _subcommands("prefect", ("deploy", "deployment run", "deployment apply", "deployment build"), "-p --pool -q --work-queue --cron --interval --tag -t --version -v --param --params --prefect-file", names="-n --name"),
    "airflow": _subcommands("airflow", ("dags trigger", "dags test", "dags backfill", "tasks run", "tasks test", "backfill create"), "-c --conf -e --exec-date -r --run-id -s -S -t"),
    "dagster": _subcommands("dagster", ("job execute", "job launch", "asset materialize", "job backfill"), "-c --config -d --working-directory -a --package-name --partition", names="-j --job --select", file="-f --python-file -m --module-name"),
    "zenml": _subcommands("zenml", ("pipeline run",), "-c --config -s --stack"),
    "databricks": _subcommands("databricks", ("bundle run",), "-t --target --params --python-params --profile -p --var"),
    "ploomber": lambda rest: Goal("ploomber") if _texts(rest[:1]) == ("build",) else None,
    "guild": _subcommands("guild", ("run",), "-l --label -o --optimizer -m --max-trials"),
    "argo": _argo,
    "wandb": _subcommands("wandb", ("sweep", "launch"), "-p --project -e --entity --name -q --queue"),
    "az": _subcommands("azureml", ("ml job create", "ml schedule create"), "-g --resource-group -w --workspace-name -n --name --set --query -o --output --subscription --web", file="-f --file"),
    "flytectl": _subcommands("flyte", ("create execution",), "-p -d"),
    "metaflow": _subcommands("metaflow", ("run",)),
    "inv": lambda rest: _tasks("invoke", rest),
    "invoke": lambda rest: _tasks("invoke", rest),
    "just": lambda rest: _tasks("just", rest),
}  # fmt: skip


def _tasks(tool: str, rest: tuple[Word, ...]) -> Goal | None:
    """A task runner: its words are the tasks."""
    if not rest or _texts(rest[:1]) in (("--version",), ("--list",), ("-l",), ("--help",)):
        return None
    given = split(rest, {"-c", "--collection", "-r", "--search-root", "-f", "--justfile", "-d", "--working-directory"})
    return Goal(
        tool,
        tuple(text for text in _texts(given.rest) if "=" not in text),
        _value(given, "-d", "--working-directory"),
        _value(given, "-f", "--justfile"),
    )
