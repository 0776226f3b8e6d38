"""Which word of a command names what it runs: notebooks, servers, shells, interpreters. Pure functions over words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from auditor.language.arguments import split
from auditor.language.prefixes import SHELLS, tool_of
from auditor.model.facts import Word
from auditor.model.regex import regex

TESTS = frozenset({"pytest", "py.test", "tox", "nox", "unittest", "nosetests", "behave", "nose2", "ward"})
INSTALLERS = frozenset({"pip", "pip3", "pipx", "conda", "mamba", "micromamba", "apt-get", "apt", "apk", "yum", "dnf", "brew", "npm", "uv", "poetry", "pipenv", "pdm", "hatch", "rye", "pixi", "conda-lock", "pip-sync", "pip-compile"})  # fmt: skip
PLAIN = frozenset(
    [
        "echo",
        "printf",
        "local",
        "return",
        "exit",
        "export",
        "set",
        "unset",
        "shift",
        "read",
        "test",
        "[",
        "[[",
        "let",
        "eval",
        "trap",
        "break",
        "continue",
        "declare",
        "typeset",
        "readonly",
        "getopts",
        "type",
        "sleep",
        "wait",
        "kill",
        "mkdir",
        "rmdir",
        "rm",
        "chmod",
        "chown",
        "touch",
        "ls",
        "grep",
        "egrep",
        "fgrep",
        "sed",
        "awk",
        "cut",
        "tr",
        "sort",
        "uniq",
        "head",
        "tail",
        "cat",
        "wc",
        "tee",
        "jq",
        "yq",
        "diff",
        "date",
        "basename",
        "dirname",
        "readlink",
        "realpath",
        "id",
        "whoami",
        "hostname",
        "uname",
        "which",
        "df",
        "du",
        "ps",
        "base64",
        "seq",
        "expr",
        "pwd",
        "popd",
        "tput",
        "clear",
        "printenv",
        "mktemp",
        "umask",
        "ulimit",
        "history",
        "source_up",
        "useradd",
        "groupadd",
        "usermod",
        "systemctl",
        "service",
        "update-rc.d",
        "ssh-keygen",
        "openssl",
    ]
)
"""Commands behind which no program of a repository can be."""
INTERPRETERS = {
    "Rscript": (".r", ".R", ".Rmd"), "julia": (".jl",), "node": (".js", ".mjs", ".cjs", ".ts"), "ts-node": (".ts",), "perl": (".pl",),
    "ruby": (".rb",), "octave": (".m",), "octave-cli": (".m",), "scala": (".scala",), "lua": (".lua",), "php": (".php",), "bun": (".js", ".ts"),
    "R": (".r", ".R"), "go": (".go",), "quarto": (".qmd", ".Rmd", ".ipynb"), "pwsh": (".ps1",), "powershell": (".ps1",),
}  # fmt: skip
"""Interpreters of other languages, with how the files end that they run."""

_SERVERS = frozenset(["uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "waitress-serve", "flask", "fastapi", "streamlit", "bentoml", "celery", "gradio", "chainlit", "panel", "solara", "dash", "litestar", "rq", "voila", "shiny", "mesop", "nicegui", "taipy", "quart"])  # fmt: skip
_MODULE = regex(r"[A-Za-z_][\w.]*(?:[:/][\w.()'\"=, ]+)?")
_SERVER_WORDS = frozenset({"run", "dev", "serve", "worker", "beat", "hello", "shell", "start", "deploy", "build"})
_SERVER_VALUED = frozenset(["-w", "--workers", "-b", "--bind", "-k", "--worker-class", "-t", "--timeout", "-p", "--port", "--host", "-h", "-c", "--config", "--log-level", "-l", "--loglevel", "-Q", "--queues", "-n", "--hostname", "--reload-dir", "--env-file", "--server.port", "--server.address", "--server.headless", "--browser.gatherUsageStats", "--threads", "--interface", "--ssl-keyfile", "--ssl-certfile", "--access-logfile", "--error-logfile", "--log-file", "--root-path", "--concurrency", "--pool", "-P", "--max-requests", "--keep-alive", "--graceful-timeout"])  # fmt: skip


class Named(msgspec.Struct, frozen=True):
    """A program that a command names: the word, how it is meant (`file` or `module`), and the folder it is seen from."""

    word: Word
    form: str = "file"
    folder: str = ""


def server_program(tool: str, rest: Sequence[Word], environment: Iterable[tuple[str, str]] = ()) -> Named | None:
    """What a server serves: `uvicorn a.b:app`, `streamlit run x.py`, `flask --app x run`."""
    given = split(rest, _SERVER_VALUED | {"-A", "--app", "--chdir", "--app-dir", "--working-dir", "--workdir"})
    folder = given.first("--chdir", "--app-dir", "--working-dir", "--workdir")
    inside = folder.text if folder is not None else ""
    app = given.first("-A", "--app")
    candidates = [app] if app is not None and app.text else []
    for word in (*candidates, *given.rest):
        if re.search(r"\.(?:py|ipynb)(?::\w+)?$", word.text):
            return Named(Word(re.sub(r":\w+$", "", word.text), word.exact), "file", inside)
        telling = "." in word.text or ":" in word.text or word is app
        if telling and word.exact and word.text not in _SERVER_WORDS and _MODULE.fullmatch(word.text):
            return Named(Word(re.split(r"[:/]", word.text)[0]), "module", inside)
    if tool != "flask":
        return None
    name = next((value for key, value in environment if key == "FLASK_APP"), "app.py").partition(":")[0]
    return Named(Word(name), "file" if name.endswith(".py") else "module", inside)


def is_server(tool: str) -> bool:
    """Whether a tool starts a server or an app."""
    return tool in _SERVERS


_PAPERMILL = frozenset(["-b", "--parameters_base64", "-y", "--parameters_yaml", "-f", "--parameters_file", "-k", "--kernel", "--language", "-l", "--engine", "--cwd", "--stdout-file", "--stderr-file", "--start-timeout", "--start_timeout", "--execution-timeout", "--execution_timeout", "--autosave-cell-every"])  # fmt: skip
_PAPERMILL_PAIRS = frozenset({"-p", "-r", "--parameters", "--parameters_raw"})


def papermill_words(rest: Sequence[Word]) -> tuple[list[int], str]:
    """Positions of the notebooks of a papermill command, input first, and the folder that it runs in."""
    found: list[int] = []
    folder, at = "", 0
    while at < len(rest):
        text = rest[at].text
        if text in _PAPERMILL_PAIRS:
            at += 3
        elif text in _PAPERMILL:
            if text == "--cwd" and at + 1 < len(rest):
                folder = rest[at + 1].text
            at += 2
        else:
            if not text.startswith("-"):
                found.append(at)
            folder = text.partition("=")[2] if text.startswith("--cwd=") else folder
            at += 1
    return found, folder


_JUPYTER = frozenset(["--to", "--output", "--output-dir", "--template", "--config", "--kernel_name", "--kernel-name", "--nbformat", "--writer", "--post", "--timeout", "--startup_timeout", "--log-level", "--reveal-prefix", "--name"])  # fmt: skip


def jupyter_notebooks(rest: Sequence[Word]) -> tuple[Word, ...]:
    """The notebooks that `jupyter nbconvert --execute`, `jupyter execute` or `jupyter run` runs."""
    if not rest or rest[0].text not in ("nbconvert", "execute", "run"):
        return ()
    given = split(rest[1:], _JUPYTER)
    enabled = given.first("--ExecutePreprocessor.enabled", "--ExecutePreprocessor.enabled=True")
    if rest[0].text == "nbconvert" and not given.has("--execute") and (enabled is None or enabled.text == "False"):
        return ()
    return tuple(word for word in given.rest if word.text.endswith((".ipynb", "}", "*")))


def executed_notebooks(tool: str, rest: Sequence[Word]) -> tuple[Word, ...]:
    """The notebooks that a tool runs, and the scripts that `jupytext` runs as notebooks."""
    if tool == "jupyter":
        return jupyter_notebooks(rest)
    if tool in ("jupyter-nbconvert", "jupyter-execute", "jupyter-run"):
        return jupyter_notebooks((Word(tool.partition("-")[2]), *rest))
    if tool == "runipy":
        return tuple(rest[:1])
    return _jupytext_programs(rest) if tool == "jupytext" else ()


def _jupytext_programs(rest: Sequence[Word]) -> tuple[Word, ...]:
    """The files that `jupytext --execute` runs."""
    given = split(rest, {"--to", "--from", "-o", "--output", "--set-formats", "--set-kernel", "--opt", "--pipe", "--check", "--update-metadata", "--run-path"})  # fmt: skip
    return given.rest if given.has("--execute") else ()


def shell_script(tool: str, rest: Sequence[Word]) -> int | None:
    """Position of the script that a shell or `source` runs; None where it gets its text otherwise."""
    at = 0
    while at < len(rest):
        text = rest[at].text
        if (tool in SHELLS and text in ("-c", "-s")) or (re.fullmatch(r"-[a-z]*c", text) and tool in SHELLS):
            return None
        if text in ("-o", "-O", "+o", "+O", "--rcfile", "--init-file") and tool in SHELLS:
            at += 2
        elif text.startswith(("-", "+")) and len(text) > 1:
            at += 1
        else:
            return at
    return None


_BATCH = frozenset(["-J", "--job-name", "-o", "--output", "-e", "--error", "-p", "--partition", "-N", "--nodes", "-n", "--ntasks", "-c", "--cpus-per-task", "-t", "--time", "-A", "--account", "-q", "--qos", "--gres", "--mem", "-d", "--dependency", "-a", "--array", "-D", "--chdir", "-w", "--nodelist", "-x", "--exclude", "--mail-user", "--mail-type", "-C", "--constraint", "-l", "-P", "-M", "-R", "-W"])  # fmt: skip


def batch_script(rest: Sequence[Word]) -> int | None:
    """Position of the script that `sbatch` or `qsub` hands to the scheduler."""
    given = split(rest, _BATCH, leading=True)
    if not given.rest or given.has("--wrap"):
        return None
    return len(rest) - len(given.rest)


def is_shell(tool: str) -> bool:
    """Whether a tool runs shell scripts."""
    return tool in SHELLS or tool in ("source", ".")


def unrolled(rest: Sequence[Word]) -> list[list[Word]]:
    """The commands of `parallel command {} ::: a b`: one for each value, at most 50; one with a hole where they are not known."""
    given = split(rest, {"-j", "--jobs", "-P", "--joblog", "-n", "-N", "-L", "-a", "--arg-file", "-I", "--delay", "--timeout", "-S", "--colsep", "-C", "--results", "--retries", "--tmpdir"}, leading=True)  # fmt: skip
    texts = [word.text for word in given.rest]
    at = next((position for position, text in enumerate(texts) if re.fullmatch(r":{3,4}\+?", text)), len(texts))
    template, values = list(given.rest[:at]), list(given.rest[at + 1 :])
    literal = texts[at : at + 1] == [":::"] and not any(re.fullmatch(r":{3,4}\+?", value.text) for value in values)
    return [fed(template, value) for value in (values[:50] if literal else [ITEM])]


ITEM = Word("{item}", exact=False)
"""A word that comes from an input."""


def fed(words: Sequence[Word], value: Word = ITEM, mark: str = "{}") -> list[Word]:
    """The words of a command into which a value is put at its mark, or behind the others where none stands."""
    made = [
        Word(word.text.replace(mark, value.text), word.exact and value.exact) if mark in word.text else word
        for word in words
    ]
    return made if any(mark in word.text for word in words) else [*made, value]


def xargs_mark(texts: Iterable[str]) -> str:
    """The mark that `xargs -I x` replaces; `{}` where it names none."""
    listed = list(texts)
    for position, text in enumerate(listed):
        if text == "-I" and position + 1 < len(listed):
            return listed[position + 1]
        if text.startswith("-I") and len(text) > 2:
            return text[2:]
    return "{}"


def tool_name(word: Word) -> str:
    """The tool that the first word of a command names."""
    return tool_of(word.text).removesuffix(".exe")
