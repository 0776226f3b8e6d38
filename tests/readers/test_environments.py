"""Manifests and lock files in the forms that a look at one example does not show."""

from __future__ import annotations

from auditor.model.facts import Command, Facts
from auditor.readers import candidates, read_file


def read(path: str, text: str) -> Facts:
    return read_file(candidates(path), text.encode())


def words(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(word.text for word in command.words) for command in commands]


def test_requirements_of_pip_freeze_and_conda_list() -> None:
    facts = read(
        "requirements.txt",
        "# platform: linux-64\nnumpy=1.26.4=py311_0\npandas @ file:///tmp/b/pandas\n-e git+https://h/x.git@0123456789#egg=mine\n"
        "torch @ https://h/torch-2.0.1-cp39-cp39-linux_x86_64.whl\nscipy>=1 ; python_version < '3.9'\n",
    )
    assert [(r.name, r.source, r.pinned, r.editable, r.line) for r in facts.requirements] == [
        ("numpy", "conda", True, False, 2),
        ("pandas", "path", False, False, 3),
        ("mine", "vcs", True, True, 4),
        ("torch", "url", True, False, 5),
        ("scipy", "pypi", False, False, 6),
    ]


def test_sources_of_uv_and_indexes() -> None:
    facts = read(
        "pyproject.toml",
        '[project]\nname = "x"\ndependencies = ["a>=1", "b", "c", "d"]\n[tool.uv.sources]\na = { git = "https://h/a", rev = "0123456789" }\n'
        'b = { path = "../b", editable = true }\nc = [{ index = "i", marker = "x" }]\n[[tool.uv.index]]\nurl = "https://u:p@h/s"\n',
    )
    assert [(r.name, r.source, r.pinned, r.editable) for r in facts.requirements] == [
        ("a", "vcs", True, False),
        ("b", "path", False, True),
        ("c", "pypi", False, False),
        ("d", "pypi", False, False),
    ]
    assert (facts.attr("index"), facts.attr("requires")) == ("https://***@h/s", "a>=1;b;c;d")


def test_tasks_of_runners() -> None:
    facts = read(
        "pyproject.toml",
        '[tool.poe.tasks]\nfit = "python fit.py"\nall = ["prep", "fit"]\nsh.shell = """cd src\npython x.py"""\n'
        '[tool.pdm.scripts]\nserve = {cmd = ["python", "s.py"]}\n[tool.hatch.envs.default.scripts]\nt = ["pytest", "ruff check"]\n',
    )
    assert [(step.name, words(step.commands)) for step in facts.steps] == [
        ("fit", ["python fit.py"]), ("all", ["prep", "fit"]), ("sh", ["python x.py"]), ("serve", ["python s.py"]),
        ("t", ["pytest", "ruff check"]),
    ]  # fmt: skip
    assert {step.tool for step in facts.steps} == {"tasks"}


def test_pixi() -> None:
    facts = read(
        "pixi.toml",
        '[workspace]\nname = "x"\nchannels = ["conda-forge"]\n[dependencies]\npython = ">=3.10"\nnumpy = "1.26.4"\n'
        '[feature.gpu.pypi-dependencies]\ntorch = "==2.0"\nmine = { path = ".", editable = true }\n'
        '[tasks]\nfit = { cmd = "python fit.py", inputs = ["a.csv"], outputs = ["m.pkl"], depends-on = ["prep"] }\nprep = "python prep.py"\n',
    )
    assert [(r.name, r.group, r.source, r.pinned, r.editable) for r in facts.requirements] == [
        ("python", "", "conda", False, False),
        ("numpy", "", "conda", True, False),
        ("torch", "gpu", "pypi", True, False),
        ("mine", "gpu", "path", False, True),
    ]
    fit = facts.steps[0]
    assert (words(fit.commands), [r.path for r in fit.reads], [r.kind for r in fit.writes], fit.after) == (
        ["python fit.py"], ["a.csv"], ["model"], ("prep",),
    )  # fmt: skip
    assert facts.attr("python") == ">=3.10"
    lock = read(
        "pixi.lock",
        "packages:\n- conda: https://h/linux-64/numpy-1.26.4-py311_0.conda\n- pypi: https://h/x\n  name: torch\n  version: '2.0'\n",
    )
    assert [(r.name, r.specifier, r.source) for r in lock.requirements] == [
        ("numpy", "==1.26.4", "conda"),
        ("torch", "==2.0", "pypi"),
    ]


def test_conda_recipe() -> None:
    facts = read(
        "recipe/meta.yaml",
        '{% set version = "1.2" %}\npackage:\n  name: x\n  version: {{ version }}\nrequirements:\n  host:\n    - pip\n  run:\n'
        "    - python >=3.9\n    - numpy {{ pin }}  # [linux]\n",
    )
    assert [(r.name, r.group, r.line) for r in facts.requirements] == [
        ("python", "", 9),
        ("numpy", "", 10),
        ("pip", "host", 7),
    ]
    assert (facts.kind, facts.attr("version"), facts.attr("python")) == ("conda-recipe", "1.2", ">=3.9")
    assert read("mlruns/0/meta.yaml", "name: x\nartifact_location: y\n").kind == "config"


def test_a_lock_is_for_the_python_of_its_own_head_or_foot_and_not_for_that_of_its_first_package() -> None:
    package = '[[package]]\nname = "aa"\nversion = "1.0"\npython-versions = ">=2.7"\nrequires_python = ">=2.7"\n\n'
    poetry = read("poetry.lock", package + '[metadata]\npython-versions = "^3.11"\ncontent-hash = "0f"\n')
    assert (poetry.attr("python"), poetry.attr("content-hash")) == ("^3.11", "0f")
    assert read("pdm.lock", '[metadata]\nlock_version = "4.4"\n\n' + package).attr("python") is None


def test_hashes_of_locks_in_every_layout() -> None:
    apart = read(
        "poetry.lock",
        '[[package]]\nname = "a.b"\nversion = "1"\n\n[[package]]\nname = "cc"\nversion = "1"\n\n[metadata]\ncontent-hash = "0f"\n\n'
        '[metadata.files]\n"a.b" = [\n    {file = "a.whl", hash = "sha256:01"},\n]\ncc = []\n',
    )
    assert [(r.name, r.hashed) for r in apart.requirements] == [("a-b", True), ("cc", False)]
    named = read(
        "pdm.lock",
        '[[package]]\nname = "a.b"\nversion = "1"\n\n[[package]]\nname = "cc"\nversion = "6.4"\n\n[metadata]\nlock_version = "4.2"\n\n'
        '[metadata.files]\n"a.b 1" = [\n    {url = "https://h/a.whl", hash = "sha256:01"},\n]\n'
        '"cc[toml] 6.4" = [\n    {file = "c.whl", hash = "sha256:02"},\n]\n',
    )
    assert [(r.name, r.hashed) for r in named.requirements] == [("a-b", True), ("cc", True)]
    tables = read(
        "pylock.toml",
        '[[packages]]\nname = "aa"\nversion = "1"\n\n[[packages.wheels]]\nname = "aa.whl"\n\n[packages.wheels.hashes]\nsha256 = "01"\n\n'
        '[[packages]]\nname = "bb"\nversion = "2"\nsdist = { url = "https://h/b.gz", hashes = { sha256 = "02" } }\n\n'
        '[[packages]]\nname = "mine"\ndirectory = { path = ".", editable = true }\n\n[[packages]]\nname = "dd"\nversion = "3"\n',
    )
    assert [(r.name, r.hashed, r.source, r.pinned) for r in tables.requirements] == [
        ("aa", True, "pypi", True),
        ("bb", True, "pypi", True),
        ("mine", False, "path", False),
        ("dd", False, "pypi", True),
    ]


def test_words_before_the_first_package_of_conda() -> None:
    facts = read(
        "environment.yml",
        "name: x\ndependencies:\n  # why\n\n  # and how\n- python=3.6\n- pip:\n    # more\n  - numpy\n",
    )
    assert (facts.kind, [requirement.name for requirement in facts.requirements]) == ("conda", ["python", "numpy"])
    assert read("environment.yml", "name: x\ndependencies:\n  # none\n  a: 1\n").kind == "config"
    assert read("conda.yaml", "channels:\r\n  - defaults\r\ndependencies:\r\n  # why\r\n  - pytest\r\n").kind == "conda"


def test_environments_of_tox() -> None:
    facts = read(
        "tox.ini",
        "[tox]\nenvlist = py3{8,9}\n[testenv]\ndeps =\n    -r requirements/test.txt\n    -cpins.txt\n    # a note\n    py38,!py39: mock>=1  # old\n"
        "[testenv:docs]\ndeps = {[testenv]deps}\n    sphinx[x]==2\n    --requirement=more.txt\ncommands = python a.py\n[flake8]\ndeps = no\n",
    )
    assert [(r.name, r.specifier, r.group, r.line) for r in facts.requirements] == [
        ("mock", ">=1", "testenv", 8),
        ("sphinx", "==2", "docs", 11),
    ]
    assert [(ref.path, ref.how, ref.line) for ref in facts.references] == [
        ("requirements/test.txt", "requirement", 5),
        ("pins.txt", "constraint", 6),
        ("more.txt", "requirement", 12),
    ]
