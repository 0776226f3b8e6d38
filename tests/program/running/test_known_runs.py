"""What commands ran in the tree before is what they run now, whatever they are resolved against has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.graph.declared.steps import Steps
from auditor.program import Memory
from auditor.program.running.commands import Commands
from tests.program.kept.shop import Contents, Texts, gone, put, replaced, resolved

START: Texts = {
    "run.sh": "python -m tools.fit --seed 1\npython fit.py\nshop-train --fast\ndocker run churn python fit.py\n",
    "jobs/all.sh": "./run.sh\npython fit.py\n",
    "Makefile": "fit:\n\tpython fit.py\n\tpoe clean\n\tdocker compose run web python fit.py\n\tRscript plots/plot.R\n\t./bin/tool\nbuild:\n\tdocker build -t churn .\n",
    "more.mk": "all:\n\tjupyter nbconvert --execute --to notebook nb/a.ipynb\n\tparallel python {}_fit.py ::: one two\n\tpython -m lib\n",
    "late.sh": "docker build -t late -f deploy/Dockerfile ../gone\ndocker run late python /app/serve.py\n",
    "deploy/Dockerfile": "FROM python\nWORKDIR /app\nCOPY one.txt /app/\nCOPY serve.py /app/serve.py\n",
    "deploy/serve.py": "print(7)\n",
    "serve.py": "print(8)\n",
    "build/Dockerfile": "FROM python\nWORKDIR /app\nCOPY assets/*.txt /app/assets/\nCOPY begin.py /app/begin.py\n",
    "built.sh": "docker build -t soon -f build/Dockerfile ../gone\ndocker run soon python /app/begin.py\n",
    "build/begin.py": "print(7)\n",
    "begin.py": "print(8)\n",
    "apps/all.sh": "./first.sh\n./second.sh\n",
    "first.sh": "echo\n",
    "second.sh": "echo\n",
    "clone.sh": "cd shop && python clean.py\n",
    "one.txt": "1\n",
    "assets/x.txt": "1\n",
    "lib/part.py": "",
    "ways.sh": "cd $WHERE && python only.py\n",
    "fed.sh": "./bin/other\nfind nb -name '*.ipynb' | xargs -n1 papermill\nfor each in nb/*.ipynb; do papermill $each out.ipynb; done\n",
    "bin/other": "say nothing\n",
    "nb/a.ipynb": '{"cells": []}',
    "pyproject.toml": "[project]\nname = 'shop'\n[project.scripts]\nshop-train = 'fit:main'\n[tool.poe.tasks]\nclean = 'python clean.py'\n",
    "bin/tool": "#!/bin/sh\necho\n",
    "fit.py": "def main():\n    print(1)\n",
    "clean.py": "print(2)\n",
    "Dockerfile": "FROM python\nWORKDIR /app\nCOPY . /app\nCMD python fit.py\n",
    "docker-compose.yml": "services:\n  web:\n    build: .\n    command: python fit.py\n",
}  # fmt: skip
CHANGES: dict[str, Callable[[Texts], None]] = {
    "a module comes": put("tools/fit.py", "print(3)\n"),
    "a module goes": gone("tools/fit.py"),
    "a program goes": gone("fit.py"),
    "a program nearer": put("jobs/fit.py", "print(4)\n"),
    "a console script is another": replaced("pyproject.toml", "fit:main", "clean:main"),
    "a task is another": replaced("pyproject.toml", "python clean.py", "python fit.py"),
    "no project": gone("pyproject.toml"),
    "a setup script": put("setup.py", "from setuptools import setup\nsetup(entry_points={'console_scripts': ['shop-train = clean:main']})\n"),
    "an image of another folder": replaced("Dockerfile", "COPY . /app", "COPY jobs /app"),
    "no image": gone("Dockerfile"),
    "an image of another name": replaced("Makefile", "-t churn", "-t other"),
    "a service of another folder": replaced("docker-compose.yml", "build: .", "build: jobs"),
    "no services": gone("docker-compose.yml"),
    "a program in another language": put("plots/plot.R", "plot(1)\n"),
    "a program without a suffix": put("bin/tool", "#!/usr/bin/env python\nprint(6)\n"),
    "another without a suffix": put("bin/tool", "say nothing\n"),
    "other commands": replaced("run.sh", "--seed 1", "--seed 2"),
    "started elsewhere": replaced("jobs/all.sh", "./run.sh", "cd jobs && ../run.sh"),
    "a program of a pattern": put("nb/b.ipynb", '{"cells": []}'),
    "a script of a pattern": put("nb/all.sh", "echo\n"),
    "an only one": put("deep/only.py", "print(12)\n"),
    "another only one": put("deeper/only.py", "print(13)\n"),
    "a program of no suffix": put("bin/other", "#!/usr/bin/env python\nprint(14)\n"),
    "a file in a folder that is called as its clone": put("shop/notes.txt", "1\n"),
    "all that a script names is nearer": lambda texts: texts.update({"apps/first.sh": "echo\n", "apps/second.sh": "echo\n"}),
    "a folder that an image copies": put("build/assets/y.txt", "1\n"),
    "a program of a pattern in two parts": put("one_fit.py", "print(9)\n"),
    "a package that starts": put("lib/__main__.py", "print(10)\n"),
    "a module instead of a package": put("lib.py", "print(11)\n"),
    "no package": gone("lib/part.py"),
    "an image may be of another folder": put("deploy/one.txt", "1\n"),
    "a module that a console script may mean": put("src/fit.py", "def main(): ...\n"),
    "a folder that is called as its clone": put("shop/fit.py", "print(5)\n"),
}  # fmt: skip


def ran(contents: Contents, texts: Texts, memory: Memory | None) -> list[object]:
    program = resolved(contents.facts(texts), memory)
    return [(step.id, step.folder, step.runs) for step in Steps(program).all]


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    contents, memory, texts = Contents(), Memory(), dict(START)
    ran(contents, texts, memory)
    CHANGES[change](texts)
    assert ran(contents, texts, memory) == ran(contents, texts, None)
    assert ran(contents, dict(START), memory) == ran(contents, dict(START), None)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=6))
def test_commands_run_what_they_would_without_a_memory(changes: list[str]) -> None:
    contents, memory, texts = Contents(), Memory(), dict(START)
    ran(contents, texts, memory)
    for change in changes:
        CHANGES[change](texts)
        assert ran(contents, texts, memory) == ran(contents, texts, None), change
        assert ran(contents, dict(START), memory) == ran(contents, dict(START), None)


def test_only_what_may_be_another_is_resolved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, memory, texts = Contents(), Memory(), dict(START)
    ran(contents, texts, memory)
    asked: list[str] = []
    resolve = Commands.runs_in

    def noted(self: Commands, path: str, *rest: object) -> object:
        asked.append(path)
        return resolve(self, path, *rest)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Commands, "runs_in", noted)
    texts["clean.py"] = "print(6)\n"
    ran(contents, texts, memory)
    assert not {"run.sh", "jobs/all.sh"} & set(asked)
    texts |= {"notes/new.py": "print(7)\n", "notes/new.txt": "none names it\n"}
    ran(contents, texts, memory)
    assert not {"run.sh", "jobs/all.sh"} & set(asked)
    CHANGES["a module comes"](texts)
    ran(contents, texts, memory)
    assert {"run.sh", "jobs/all.sh", "Makefile"} <= set(asked)
    assert "more.mk" not in asked
