"""What stands before the program of a command line: `sudo -u x env A=b poetry run torchrun --nproc_per_node 4 train.py`.

Tables of tools that start what follows them. Everything here is pure and works on the words as texts; holes are texts too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

import msgspec

from auditor.model.regex import regex

MOST = 20  # prefixes before one program

_PYTHON = regex(r"(?:.*/)?(?:python|python[23](?:\.\d+)?|pypy3?|ipython3?)(?:\.exe)?")
_ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_PROGRAM_FILE = regex(r".*\.(?:py|ipynb|sh|bash)(?:::?\w+)?", re.DOTALL)
_MODULE_OPTIONS = frozenset({"-m", "--module"})
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})


class Start(msgspec.Struct, frozen=True):
    """Where the program of a command line begins.

    `at` is the position of its first word. `form` says how that word is meant: "" a command, `file` a Python file,
    `module` a dotted module. `launcher` starts several processes of it. `folder` and `environment` are what the
    prefixes set. `fed` says that further words come from the input (`xargs`). `runner` is the project tool that starts
    it, which may know tasks by name.
    """

    at: int
    form: str = ""
    launcher: str = ""
    folder: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    fed: bool = False
    runner: str = ""


class _Prefix(msgspec.Struct, frozen=True):
    """A tool that starts the command behind its options and behind `skip` further words."""

    valued: frozenset[str] = frozenset()
    skip: int = 0


def _table(lines: str) -> dict[str, _Prefix]:
    """One tool a line: its name, how many words stand before the command, options that take a value."""
    made = {}
    for line in lines.strip().splitlines():
        name, skip, *valued = line.split()
        made[name] = _Prefix(frozenset(valued), int(skip))
    return made


_PREFIXES = _table("""
    sudo 0 -u -g -h -p -C -r -t -T -U -D --user --group --host --prompt --chdir
    doas 0 -u -C
    time 0 -o -f --output --format
    gtime 0 -o -f
    nohup 0
    exec 0 -a
    command 0
    builtin 0
    eatmydata 0
    nice 0 -n --adjustment
    ionice 0 -c -n -p --class --classdata
    chrt 1
    taskset 1
    numactl 0 -N -m -C -i -p --cpunodebind --membind --physcpubind --interleave --preferred
    setsid 0
    stdbuf 0 -i -o -e --input --output --error
    unbuffer 0
    timeout 1 -k -s --kill-after --signal
    gtimeout 1 -k -s
    xvfb-run 0 -e -f -n -p -s -w --error-file --auth-file --server-num --xauth-protocol --server-args --wait
    vglrun 0 -d -c
    strace 0 -e -o -s -p -u
    ltrace 0 -e -o -s
    valgrind 0
    catchsegv 0
    caffeinate 0 -t -w
    flock 1 -w -E --timeout
    chroot 1
    tini 0 -p -e
    dumb-init 0 -r
    catatonit 0
    gosu 1
    su-exec 1
    with-contenv 0
    dockerize 0 -wait -timeout -template -stdout -stderr -wait-retry-interval
    ts 0 -L -G -g -d -D
    tsp 0 -L -N -d -D
    watch 0 -n --interval
    entr 0
    nvprof 0 -o --export-profile --log-file
    rocprof 0 -o -i
    ncu 0 -o -f --set -k --kernel-name -c --launch-count
    uvx 0 --from --with -p --python
    then 0
    do 0
    else 0
    ! 0
    { 0
""")
# tools that start a command by one of their subcommands; `NAME` alone lists options before the subcommand
_RUNNERS = {
    "poetry": ({"run": _Prefix()}, frozenset({"-C", "--directory", "-P", "--project"})),
    "uv": (
        {"run": _Prefix(frozenset(["-n", "-p", "--with", "--extra", "--group", "--env-file", "--python", "--with-requirements", "--with-editable", "--directory", "--project", "--package", "--index", "--only-group", "--no-group", "--env", "--no-extra", "--script-args", "--index-url", "--extra-index-url", "--cache-dir", "--config-file", "--refresh-package"]))},
        frozenset({"--directory", "--project", "--config-file"}),
    ),
    "pipenv": ({"run": _Prefix()}, frozenset({"--python"})),
    "pdm": ({"run": _Prefix(frozenset({"-p", "--project", "--venv", "-g"}))}, frozenset({"-p", "--project"})),
    "hatch": ({"run": _Prefix()}, frozenset({"-e", "--env", "-p", "--project"})),
    "rye": ({"run": _Prefix()}, frozenset()),
    "pixi": ({"run": _Prefix(frozenset({"-e", "--environment", "--manifest-path"})), "exec": _Prefix(frozenset({"-s", "--spec", "-c"}))}, frozenset()),
    "conda": ({"run": _Prefix(frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}))}, frozenset()),
    "mamba": ({"run": _Prefix(frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}))}, frozenset()),
    "micromamba": ({"run": _Prefix(frozenset({"-n", "--name", "-p", "--prefix", "--cwd", "-r"}))}, frozenset()),
    "pipx": ({"run": _Prefix(frozenset({"--spec", "--python"}))}, frozenset()),
    "pyenv": ({"exec": _Prefix()}, frozenset()),
    "mise": ({"exec": _Prefix(), "x": _Prefix()}, frozenset()),
    "direnv": ({"exec": _Prefix(skip=1)}, frozenset()),
    "dotenv": ({"run": _Prefix()}, frozenset({"-f", "--file", "-e"})),
    "doppler": ({"run": _Prefix(frozenset({"-p", "-c", "--project", "--config"}))}, frozenset()),
    "infisical": ({"run": _Prefix(frozenset({"--env", "--path", "--projectId"}))}, frozenset()),
    "op": ({"run": _Prefix(frozenset({"--env-file"}))}, frozenset()),
    "chamber": ({"exec": _Prefix(skip=1)}, frozenset()),
    "aws-vault": ({"exec": _Prefix(frozenset({"-d", "--duration"}), 1)}, frozenset()),
    "honcho": ({"run": _Prefix(frozenset({"-e"}))}, frozenset({"-e", "-f", "-d"})),
    "singularity": ({"exec": _Prefix(frozenset({"-B", "--bind", "--pwd", "-H", "--env", "--env-file"}), 1)}, frozenset()),
    "apptainer": ({"exec": _Prefix(frozenset({"-B", "--bind", "--pwd", "-H", "--env", "--env-file"}), 1)}, frozenset()),
    "ray": ({"job submit": _Prefix(frozenset(["--working-dir", "--runtime-env", "--runtime-env-json", "--address", "--submission-id", "--entrypoint-num-cpus", "--entrypoint-num-gpus", "--metadata-json", "--entrypoint-resources", "--entrypoint-memory", "--headers", "--verify"]))}, frozenset()),
    "runai": ({"submit": _Prefix(frozenset(["-i", "-g", "-p", "--name", "--image", "--gpu", "--project", "--cpu", "--memory", "-v"]), 1)}, frozenset()),
    "perf": ({"record": _Prefix(frozenset({"-o", "-F", "-e"})), "stat": _Prefix(frozenset({"-o", "-e", "-r"}))}, frozenset()),
    "py-spy": ({"record": _Prefix(frozenset({"-o", "-r", "-f", "-d", "--output", "--rate", "--format", "--duration"}))}, frozenset()),
    "nsys": ({"profile": _Prefix(frozenset({"-o", "-t", "-s", "-w", "-y", "-d", "--output", "--trace"}))}, frozenset()),
    "kubectl": ({"exec": _Prefix(frozenset({"-n", "-c", "--namespace", "--container"}), 1)}, frozenset({"-n", "--namespace"})),
}  # fmt: skip
_FOLDER_OPTIONS = frozenset({"--directory", "--chdir", "--cwd", "--working-dir"})

# These find the program among options that are too many to list: it is the first program file or interpreter.
_SEEKERS: dict[str, frozenset[str]] = {
    "torchrun": frozenset({"--rdzv_conf", "--log_dir"}),
    "deepspeed": frozenset({"--hostfile", "-H", "--include", "-i", "--exclude", "-e"}),
    "horovodrun": frozenset({"--hostfile"}), "mpirun": frozenset({"-x"}), "mpiexec": frozenset({"-x"}),
    "mpiexec.hydra": frozenset(), "orterun": frozenset({"-x"}), "jsrun": frozenset(), "aprun": frozenset(), "ibrun": frozenset(),
    "salloc": frozenset(), "srun": frozenset(), "composer": frozenset(), "colossalai run": frozenset({"--hostfile"}),
    "accelerate launch": frozenset({"--config_file"}), "accelerate-launch": frozenset({"--config_file"}),
    "fabric run": frozenset(), "lightning run model": frozenset(), "spark-submit": frozenset(
        ["--master", "--deploy-mode", "--class", "--name", "--jars", "--packages", "--exclude-packages", "--repositories", "--py-files", "--files", "--archives", "--conf", "-c", "--properties-file", "--driver-memory", "--driver-java-options", "--driver-library-path", "--driver-class-path", "--executor-memory", "--proxy-user", "--driver-cores", "--total-executor-cores", "--executor-cores", "--num-executors", "--queue", "--principal", "--keytab"]
    ),
    "coverage run": frozenset({"--source", "--rcfile", "--include", "--omit", "--context", "--data-file"}),
    "kernprof": frozenset({"-o", "--outfile", "-s", "--setup"}), "mprof run": frozenset({"-o", "--output"}),
    "memray run": frozenset({"-o", "--output"}), "scalene": frozenset({"--outfile"}), "viztracer": frozenset({"-o", "--output_file"}),
    "pyinstrument": frozenset({"-o", "--outfile"}), "modal run": frozenset({"--env", "-e"}), "debugpy": frozenset({"--listen", "--connect"}),
}  # fmt: skip
_PROFILERS = frozenset({"coverage run", "kernprof", "mprof run", "memray run", "scalene", "viztracer", "pyinstrument", "modal run", "debugpy", "salloc"})  # fmt: skip
MODULES = {
    "torch.distributed.run": ("torchrun",), "torch.distributed.launch": ("torchrun",),
    "accelerate.commands.launch": ("accelerate", "launch"), "deepspeed.launcher.runner": ("deepspeed",),
    "cProfile": ("kernprof",), "profile": ("kernprof",), "pdb": ("kernprof",), "ipdb": ("kernprof",), "pudb": ("kernprof",),
    "trace": ("kernprof",), "memory_profiler": ("kernprof",), "line_profiler": ("kernprof",), "torch.utils.bottleneck": ("kernprof",),
    "debugpy": ("debugpy",), "runpy": ("kernprof",), "coverage": ("coverage",), "scalene": ("scalene",), "viztracer": ("viztracer",),
    "pyinstrument": ("pyinstrument",), "memray": ("memray",), "dotenv": ("dotenv",), "colossalai": ("colossalai",),
}  # fmt: skip
"""Modules that are started with `python -m` and start another program: the words of the command they are like."""


def is_python(word: str) -> bool:
    """Whether a word is a Python interpreter."""
    return _PYTHON.fullmatch(word) is not None


def tool_of(word: str) -> str:
    """The name of a tool without its folder."""
    return word.rpartition("/")[2]


def find_start(words: Sequence[str]) -> Start:
    """Where the program begins behind all that starts it; at the end where nothing does."""
    start = Start(0)
    for _ in range(MOST):
        further = _step(words, start)
        if further is None:
            return start
        start = further
        if start.form or start.at >= len(words):
            return start
    return start


def _step(words: Sequence[str], start: Start) -> Start | None:
    """One prefix further, or None where the word begins the program itself."""
    at = start.at
    if at >= len(words):
        return None
    assigned = _ASSIGNMENT.fullmatch(words[at])
    if assigned is not None:
        return msgspec.structs.replace(
            start, at=at + 1, environment=(*start.environment, (assigned.group(1), assigned.group(2)))
        )
    name = tool_of(words[at])
    if name == "env":
        return _env(words, start)
    if name == "xargs":
        return msgspec.structs.replace(_behind(words, start, _XARGS), fed=True)
    for length in (1, 2, 3):
        key = " ".join([name, *words[at + 1 : at + length]])
        if key in _SEEKERS:
            return _sought(words, start, key, at + length)
    if name in _PREFIXES and not (name == "command" and words[at + 1 : at + 2] in (["-v"], ["-V"])):
        return _behind(words, start, _PREFIXES[name])
    if name.startswith("wait-for") and "--" in words[at:]:
        return msgspec.structs.replace(start, at=words.index("--", at) + 1)
    return _run_by(words, start, name)


_XARGS = _Prefix(frozenset({"-I", "-n", "-P", "-L", "-d", "-s", "-a", "-E", "--replace", "--max-args", "--max-procs", "--delimiter", "--arg-file"}))  # fmt: skip


def _behind(words: Sequence[str], start: Start, prefix: _Prefix, at: int = -1) -> Start:
    """Behind the options of a prefix and the words that belong to it."""
    at = start.at + 1 if at < 0 else at
    at, folder = _past_options(words, at, prefix.valued)
    for _ in range(prefix.skip):
        at, inner = _past_options(words, at + 1, prefix.valued) if at < len(words) else (at, None)
        folder = inner or folder
    return msgspec.structs.replace(start, at=min(at, len(words)), folder=folder or start.folder)


def _past_options(words: Sequence[str], at: int, valued: Container[str], short: str = "") -> tuple[int, str | None]:
    """The first position that is no option, and the folder that an option names (`short` is one more such option)."""
    folder = None
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        word = words[at]
        at += 1
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if not equals and name in valued:
            value = words[at] if at < len(words) else ""
            at += 1
        if value and (name in _FOLDER_OPTIONS or name == short):
            folder = value
    return at, folder


def _env(words: Sequence[str], start: Start) -> Start:
    """`env -u X A=b command`."""
    at, folder = _past_options(words, start.at + 1, ("-u", "-C", "-S", "--unset", "--chdir"), "-C")
    environment = list(start.environment)
    while at < len(words) and (assigned := _ASSIGNMENT.fullmatch(words[at])) is not None:
        environment.append((assigned.group(1), assigned.group(2)))
        at += 1
    return msgspec.structs.replace(start, at=at, environment=tuple(environment), folder=folder or start.folder)


def _run_by(words: Sequence[str], start: Start, name: str) -> Start | None:
    """`poetry run`, `conda run -n e`, `ray job submit --`: None where the tool does something else."""
    runner = _RUNNERS.get(name)
    if runner is None:
        return None
    subcommands, valued = runner
    at, folder = _past_options(words, start.at + 1, valued, "-C")
    for subcommand, prefix in subcommands.items():
        parts = subcommand.split()
        if list(words[at : at + len(parts)]) == parts:
            made = _behind(
                words,
                msgspec.structs.replace(start, folder=folder or start.folder, runner=name),
                prefix,
                at + len(parts),
            )
            if name == "kubectl":
                made = msgspec.structs.replace(made, folder="/")  # what runs in a pod does not lie here
            if name == "uv" and made.at < len(words) and words[made.at].endswith(".py"):
                return msgspec.structs.replace(made, form="file")
            module = name == "uv" and any(word in _MODULE_OPTIONS for word in words[at : made.at])
            return msgspec.structs.replace(made, form="module") if module else made
    return None


def _sought(words: Sequence[str], start: Start, key: str, at: int) -> Start:
    """The program that a launcher starts, wherever it stands among the launcher's options."""
    launcher = start.launcher if key in _PROFILERS else key.partition(" ")[0]
    skipped = _SEEKERS[key]
    modular = key not in ("mpirun", "mpiexec", "orterun", "srun", "jsrun", "spark-submit")
    while at < len(words):
        word = words[at]
        if modular and word in _MODULE_OPTIONS and at + 1 < len(words) and _is_dotted(words[at + 1]):
            return msgspec.structs.replace(start, at=at + 1, form="module", launcher=launcher)
        if word in skipped:
            at += 2
            continue
        if not word.startswith("-"):
            if _PROGRAM_FILE.fullmatch(word) and not word.endswith((".sh", ".bash")):
                return msgspec.structs.replace(start, at=at, form="file", launcher=launcher)
            if (
                is_python(word)
                or tool_of(word) in SHELLS
                or word.endswith((".sh", ".bash"))
                or tool_of(word) in _PREFIXES
            ):
                return msgspec.structs.replace(start, at=at, launcher=launcher)
        at += 1
    return msgspec.structs.replace(start, at=len(words), launcher=launcher)


def _is_dotted(word: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.]*|\{[^{}]*\}", word) is not None
