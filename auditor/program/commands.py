"""What a command runs: the script, module, notebook, pipeline or tool behind its words."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from posixpath import dirname, join
from typing import NamedTuple

from auditor.model.facts import Command, Word
from auditor.program.names import Modules
from auditor.program.values import is_absolute, is_uri, normal


class Run(NamedTuple):
    """One resolved command.

    `kind`: `script` (a program file of the tree: `target` is its path), `missing` (a program file that is not there),
    `notebook`, `shell`, `pipeline` (dvc repro, make, …: `target` is tool:name), `test`, `install`, `data` (moves data:
    `target` is the tool), `embedded` (code in the command), `tool` (anything else). `args` follow the target.
    """

    kind: str
    target: str
    args: tuple[Word, ...]
    line: int
    folder: str = ""
    launcher: str = ""


_SIMPLE_PREFIXES = frozenset(
    {"time", "nohup", "sudo", "exec", "command", "nice", "ionice", "stdbuf", "xvfb-run", "then", "do", "!"}
)
_LAUNCHERS = frozenset({"torchrun", "deepspeed", "horovodrun", "mpirun", "mpiexec", "srun"})
_RUNNERS = {
    ("poetry", "run"): 2,
    ("uv", "run"): 2,
    ("pipenv", "run"): 2,
    ("pdm", "run"): 2,
    ("hatch", "run"): 2,
    ("rye", "run"): 2,
    ("pixi", "run"): 2,
}
_PYTHON = re.compile(r"^(?:.*/)?(?:python|python[23](?:\.\d+)?|pypy3?|ipython3?)(?:\.exe)?$")
_PYTHON_VALUE_FLAGS = frozenset({"-W", "-X"})
_TESTS = frozenset({"pytest", "py.test", "tox", "nox", "unittest", "nosetests"})
_DATA = {
    "aws": {"s3"}, "gsutil": {"cp", "rsync"}, "gcloud": {"storage"}, "azcopy": {"copy", "sync"}, "rclone": {"copy", "sync"},
    "kaggle": {"datasets", "competitions"}, "gdown": set(), "wget": set(), "curl": set(), "git": {"lfs", "clone", "annex"},
    "dvc": {"pull", "push", "get", "import", "import-url", "fetch", "checkout", "get-url"}, "huggingface-cli": {"download"}, "hf": {"download"},
}  # fmt: skip
_PIPELINES = {
    "dvc": {"repro", "exp"}, "make": set(), "snakemake": set(), "kedro": {"run"}, "dbt": {"run", "build"}, "mlflow": {"run"},
    "nextflow": {"run"}, "metaflow": set(), "airflow": {"dags"}, "prefect": {"deploy", "deployment"}, "dagster": {"job"}, "zenml": {"pipeline"},
    "luigi": set(), "ploomber": {"build"}, "flytectl": {"create"}, "pyflyte": {"run"}, "argo": {"submit"},
}  # fmt: skip
_SERVERS = frozenset(
    {
        "uvicorn",
        "gunicorn",
        "hypercorn",
        "flask",
        "fastapi",
        "streamlit",
        "waitress-serve",
        "daphne",
        "bentoml",
        "celery",
        "gradio",
        "chainlit",
        "panel",
    }
)


class Commands:
    """Resolves commands against the files of a tree and the console scripts that its packages declare."""

    def __init__(self, tree: Container[str], modules: Modules, entry_points: Mapping[str, str]) -> None:
        self.tree = tree
        self.modules = modules
        self.entry_points = entry_points

    def resolve(self, command: Command, base: str, here: str = "") -> Run:
        """What one command runs when its text starts in the folder `base`; `here` is the folder of the text itself."""
        cwd = (command.cwd or "").replace("{here}", here) if command.cwd != "{here}" else here
        rooted = command.cwd is not None and command.cwd.startswith("{here}")
        folder = normal(cwd if rooted else join(base, cwd)) if cwd else here if rooted else base
        words, launcher = _strip([_placed(word, here) for word in command.words])
        if not words:
            return Run("tool", "", (), command.line, folder)
        run = self._run(words, command, folder)
        return run._replace(line=command.line, folder=folder, launcher=launcher or run.launcher)

    def _run(self, words: Sequence[Word], command: Command, folder: str) -> Run:
        name = words[0].text
        rest = tuple(words[1:])
        tool = name.rpartition("/")[2]
        if _PYTHON.match(name):
            return self._python(rest, command, folder)
        if tool in _TESTS:
            return Run("test", tool, rest, 0)
        if tool in ("pip", "pip3", "conda", "mamba", "apt-get", "apt", "npm", "uv", "poetry", "pipenv"):
            return Run("install", tool, rest, 0)
        if tool == "papermill" or (tool == "jupyter" and rest and rest[0].text in ("nbconvert", "execute", "run")):
            return self._file("notebook", rest, folder, (".ipynb",))
        if tool == "spark-submit":
            return self._file("script", rest, folder, (".py",))
        if tool in ("bash", "sh", "zsh", "source", "."):
            return self._file("shell", rest, folder, (".sh", ".bash", ""))
        if tool in _SERVERS:
            return self._server(tool, rest, folder)
        subcommand = next((word.text for word in rest if not word.text.startswith("-")), "")
        for kind, table in (("data", _DATA), ("pipeline", _PIPELINES)):
            if tool in table and (not table[tool] or subcommand in table[tool]):
                goals = [w.text for w in rest if not w.text.startswith("-") and "=" not in w.text]
                goals = goals[1:] if table[tool] else goals
                return Run(kind, f"{tool}:{' '.join(goals)}".rstrip(":"), rest, 0)
        if name in self.entry_points:
            found = self.modules.resolve("", self.entry_points[name].partition(":")[0], 0)
            if found and not found.endswith("/"):
                return Run("script", found, rest, 0)
        if "/" in name or name.endswith((".py", ".sh", ".ipynb")):
            return self._program(words[0], rest, folder)
        return Run("tool", tool, rest, 0)

    def _python(self, rest: tuple[Word, ...], command: Command, folder: str) -> Run:
        position = 0
        while position < len(rest):
            word = rest[position].text
            if word == "-m" and position + 1 < len(rest):
                return self._module(rest[position + 1].text, rest[position + 2 :], folder)
            if word in ("-c", "-"):
                return Run("embedded", "python", rest[position + 1 :], 0)
            if word in _PYTHON_VALUE_FLAGS:
                position += 2
                continue
            if word.startswith("-"):
                position += 1
                continue
            return self._program(rest[position], rest[position + 1 :], folder)
        return Run("embedded" if command.body else "tool", "python", (), 0)

    def _module(self, dotted: str, rest: tuple[Word, ...], folder: str) -> Run:
        if dotted in _TESTS:
            return Run("test", dotted, rest, 0)
        if dotted == "pip":
            return Run("install", "pip", rest, 0)
        if dotted in ("torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch"):
            return self._file("script", rest, folder, (".py",))._replace(launcher=dotted)
        if dotted in _SERVERS:
            return self._server(dotted, rest, folder)
        for base in dict.fromkeys((folder, "", f"{folder}/src".strip("/"), "src")):
            found = self.modules.file(base, dotted)
            if found is not None:
                main = f"{found.rstrip('/').removesuffix('/__init__.py')}/__main__.py"
                return Run("script", main if main in self.tree else found, rest, 0)
        return Run("tool", f"python -m {dotted}", rest, 0)

    def _server(self, tool: str, rest: tuple[Word, ...], folder: str) -> Run:
        """`uvicorn package.module:app`, `streamlit run app.py`, `flask --app x run`."""
        for word in rest:
            text = word.text
            if text.endswith(".py"):
                return self._program(word, (), folder)._replace(launcher=tool)
            if re.fullmatch(r"[\w.]+(:[\w().]+)?", text) and ("." in text or ":" in text):
                for base in dict.fromkeys((folder, "", "src")):
                    found = self.modules.file(base, text.partition(":")[0])
                    if found and not found.endswith("/"):
                        return Run("script", found, (), 0, launcher=tool)
        return Run("tool", tool, rest, 0, launcher=tool)

    def _file(self, kind: str, rest: tuple[Word, ...], folder: str, suffixes: tuple[str, ...]) -> Run:
        for position, word in enumerate(rest):
            if not word.text.startswith("-") and word.text.endswith(suffixes) and word.exact:
                found = self.find(word.text, folder)
                if found is not None:
                    return Run(kind, found, rest[position + 1 :], 0)
        return Run("tool", kind, rest, 0)

    def _program(self, word: Word, rest: tuple[Word, ...], folder: str) -> Run:
        found = self.find(word.text, folder) if word.exact else None
        if found is not None:
            kind = "notebook" if found.endswith(".ipynb") else "shell" if found.endswith((".sh", ".bash")) else "script"
            return Run(kind, found, rest, 0)
        is_here = word.exact and word.text.endswith((".py", ".sh")) and not is_absolute(join(folder, word.text))
        return Run("missing" if is_here else "tool", word.text, rest, 0)

    def find(self, text: str, folder: str) -> str | None:
        """The file of the tree that a word means: from the folder, else from the root, else from the folders above."""
        if is_uri(text) or is_absolute(text) or is_absolute(folder) or folder.startswith(".."):
            return None
        while True:
            path = normal(f"{folder}/{text}" if folder else text)
            if path in self.tree:
                return path
            if not folder:
                return None
            folder = dirname(folder)


def _placed(word: Word, here: str) -> Word:
    """A word whose only unknown was the folder of its own script."""
    if "{here}" not in word.text:
        return word
    text = normal(word.text.replace("{here}", here or "."))
    return Word(text, "{" not in text)


def _strip(words: Sequence[Word]) -> tuple[list[Word], str]:
    """Drop what stands before the program: `env A=b`, `time`, `poetry run`, launchers with their options."""
    listed = list(words)
    launcher = ""
    while listed:
        name = listed[0].text.rpartition("/")[2]
        pair = (name, listed[1].text if len(listed) > 1 else "")
        if name in _SIMPLE_PREFIXES or re.match(r"^\w+=", name):
            del listed[0]
        elif name == "env":
            del listed[0]
            while listed and ("=" in listed[0].text or listed[0].text.startswith("-")):
                del listed[0]
        elif pair in _RUNNERS:
            del listed[:2]
            _drop_options(listed, {"-n", "--with", "--extra", "--group", "--env", "-p", "--python"})
        elif name in ("conda", "mamba", "micromamba") and pair[1] == "run":
            del listed[:2]
            _drop_options(listed, {"-n", "--name", "-p", "--prefix"})
        elif name in _LAUNCHERS or (name == "accelerate" and pair[1] == "launch"):
            launcher = name
            del listed[: 2 if name == "accelerate" else 1]
            while listed and not listed[0].text.endswith(".py") and not _PYTHON.match(listed[0].text):
                del listed[0]
            if listed and listed[0].text.endswith(".py"):
                listed.insert(0, Word("python"))
        else:
            break
    return listed, launcher


def _drop_options(words: list[Word], with_value: set[str]) -> None:
    while words and words[0].text.startswith("-"):
        takes = words[0].text in with_value
        del words[: 2 if takes else 1]
