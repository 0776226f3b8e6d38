"""What commands and declarations name, and is not there: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.model.place import Place
from tests.pages import graphs

JOB = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n"


def broken(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """(kind, name, what is there instead) of every reference to nothing."""
    (graph,) = graphs({"src/train.py": "print(1)\n", **files}, archetypes="P").components
    return [(each.kind, each.name, each.instead) for each in graph.references().broken]


def job(*lines: str) -> dict[str, str]:
    return {".github/workflows/a.yml": JOB + "".join(f"          {line}\n" for line in lines)}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(job("python src/fit.py"), ("program", "src/fit.py", ""), id="a script"),
        pytest.param(job("python src/Train.py"), ("program", "src/Train.py", "src/train.py"), id="letter case"),
        pytest.param(job("python -m unittest tests.test_all"), ("tests", "tests/test_all.py", ""), id="a test module"),
        pytest.param(job("pytest checks/"), ("tests", "checks", ""), id="a test folder"),
        pytest.param({**job("make fit"), "Makefile": "train:\n\tpython src/train.py\n"}, ("target", "fit", ""), id="a target"),
        pytest.param({"dvc.yaml": "stages:\n  a:\n    cmd: python src/train.py\n    deps: [src/helper.py]\n"}, ("input", "src/helper.py", ""), id="an input"),
        pytest.param({"Dockerfile": "FROM python:3.11\nCOPY app.py /app/\n"}, ("copy", "app.py", ""), id="a copy"),
        pytest.param({"docker-compose.yml": "services:\n  a:\n    build: ./api\n"}, ("context", "./api", ""), id="a build folder"),
        pytest.param({".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./.github/actions/fit\n"}, ("action", "./.github/actions/fit", ""), id="an action"),
        pytest.param({"Makefile": "a:\n\t. env/bin/activate && python -m src.models.fit\n", "src/__init__.py": ""}, ("module", "src.models.fit", ""), id="a module of a package"),
        pytest.param(job("jupyter nbconvert --to html --execute report.ipynb"), ("program", "report.ipynb", ""), id="a notebook"),
        pytest.param(job("papermill report.ipynb out.ipynb"), ("program", "report.ipynb", ""), id="a notebook with parameters"),
        pytest.param(job("docker buildx build -f images/Dockerfile.api -t a ."), ("dockerfile", "images/Dockerfile.api", ""), id="a Dockerfile"),
        pytest.param(job("docker build -t a api"), ("dockerfile", "api/Dockerfile", ""), id="the usual Dockerfile of a folder"),
        pytest.param(job("docker compose -f images/compose.yml down"), ("services", "images/compose.yml", ""), id="services"),
        pytest.param({"docker-compose.yml": "services:\n  a:\n    build: {context: src, dockerfile: Dockerfile.api}\n"}, ("dockerfile", "src/Dockerfile.api", ""), id="the Dockerfile of a service"),
        pytest.param({"docker-compose.yml": "services:\n  a:\n    build: src\n"}, ("dockerfile", "src/Dockerfile", ""), id="the usual Dockerfile of a service"),
        pytest.param({"Makefile": "a:\n\tpython src/data/fit.py\n", "src/__init__.py": "", ".gitignore": "data/\n"}, ("program", "src/data/fit.py", ""), id="source that git leaves out as data"),
        pytest.param({"run.py": "import subprocess\nsubprocess.run(['python', 'src/fit.py'])\n"}, ("program", "src/fit.py", ""), id="started by a program"),
        pytest.param({"run.py": "import subprocess\ndef start(x, at):\n    subprocess.run(['python', x], cwd=at)\nstart('src/fit.py', '.')\n"}, ("program", "src/fit.py", ""), id="started by a function"),
    ],
)  # fmt: skip
def test_what_is_not_there(files: dict[str, str], expected: tuple[str, str, str]) -> None:
    assert broken(files) == [expected]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(job("python src/train.py"), id="there"),
        pytest.param(job("cd src && python train.py"), id="in its folder"),
        pytest.param(job("python train.py"), id="somewhere: the folder may be another"),
        pytest.param(job("cd $HOME/x && python fit.py"), id="in an unknown folder"),
        pytest.param(job("wget https://example.org/fit.sh", "bash fit.sh"), id="fetched"),
        pytest.param(job("git clone https://example.org/x.git", "python x/fit.py"), id="of another repository"),
        pytest.param(job("cp templates/fit.py fit.py", "python fit.py"), id="copied"),
        pytest.param(job("if [ -f fit.py ]; then python fit.py; fi"), id="asked for"),
        pytest.param(job("python fit.py || true"), id="allowed to fail"),
        pytest.param(job("python $SCRIPT"), id="a variable"),
        pytest.param({**job("python fit.py"), ".gitignore": "fit.py\n"}, id="left out of git"),
        pytest.param({"make.py": "open('fit.py', 'w')\n", **job("python fit.py")}, id="written by a program"),
        pytest.param({**job("make html"), "Makefile": "%: x\n\tsphinx-build $@\n"}, id="a pattern rule"),
        pytest.param({**job("make fit"), "Makefile": "a:\n\ttrue\n", "sub/Makefile": "fit:\n\ttrue\n"}, id="a target elsewhere"),
        pytest.param({"Dockerfile": "FROM someone/trainer:1\nRUN ./download.py\n"}, id="in the image below"),
        pytest.param({"Dockerfile": "FROM python:3.11\nCOPY src/train.py fit.py\nCMD [\"python\", \"fit.py\"]\n"}, id="renamed in the image"),
        pytest.param({"Dockerfile": "FROM python:3.11\nCOPY keys/id_rsa /k\nCOPY keys/settings.toml /s\n"}, id="a folder of secrets"),
        pytest.param({"job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: someone/bench\n        command: [python, bench/run.py]\n"}, id="in an image made elsewhere"),
        pytest.param({"examples/Makefile": "a:\n\tpython fit.py\n"}, id="an example"),
        pytest.param(job("python -m src.fit"), id="a module of a folder that is no package"),
        pytest.param({**job("python -m lib.cli.fit"), "lib/__init__.py": "", "lib/cli/__init__.py": "", "lib/cli/fit.so": ""}, id="a module of another language"),
        pytest.param({**job("python -m lib.cli"), "lib/__init__.py": "", "lib/cli/__main__.py": ""}, id="a module there"),
        pytest.param({**job("python -m src.data.fit"), "src/__init__.py": "", ".gitignore": "/src/data/fit.py\n"}, id="a module that one line leaves out of git"),
        pytest.param({**job("python src/data/fit.py"), ".gitignore": "data/\n"}, id="left out of git, beside no source"),
        pytest.param({**job("python src/data/fit.py"), "src/__init__.py": "", ".gitignore": "data/\n!src/data/\n/src/data/fit.py\n"}, id="left out of git by its own line"),
        pytest.param(job("papermill $NAME.ipynb out.ipynb", "jupyter nbconvert --to html report.ipynb"), id="a notebook that is not run, or has no name"),
        pytest.param({**job("papermill src/report.ipynb done.ipynb", "jupyter nbconvert --execute done.ipynb"), "src/report.ipynb": "{}"}, id="a notebook that another made"),
        pytest.param({**job("docker build -t a ."), "Containerfile": "FROM python:3.11\n"}, id="a Containerfile"),
        pytest.param({**job("docker build -t a api"), "api/dockerfile": "FROM python:3.11\n"}, id="a small letter"),
        pytest.param(job("docker build -t a https://github.com/someone/x.git", "docker build -f - . < x", "docker build -f $FILE ."), id="an image of something else"),
        pytest.param({"docker-compose.yml": "services:\n  a:\n    build:\n      context: src\n      dockerfile_inline: |\n        FROM python:3.11\n"}, id="a Dockerfile in the service"),
        pytest.param({"docker-compose.yml": "services:\n  a:\n    build: {context: src, dockerfile: images/api/Dockerfile}\n", "images/api/Dockerfile": "FROM python:3.11\n"}, id="the Dockerfile of another context"),
        pytest.param({"README.md": "# x\n\n```bash\npython fit.py\n```\n"}, id="a document"),
    ],
)  # fmt: skip
def test_what_may_be_there(files: dict[str, str]) -> None:
    assert not broken(files)


MANUAL = "# x\n\n```bash\ngit clone https://example.org/acme/example.git\n{}\n```\n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("python src/fit.py", ["src/fit.py"]),
        ("cd src && python fit.py", ["fit.py"]),
        ("python src/train.py --epochs 3", ["--epochs to src/train.py"]),
        ("make fit", ["fit"]),
        ("python src/fit.py\npython src/score.py", ["src/fit.py"]),
        ("python fit.py", []),
        ("python src/your_script.py", []),
        ("python other/fit.py", []),
        ("pytest src/tests/", []),
        ("git clone https://example.org/acme/other.git\ncd other\npython src/fit.py", []),
    ],
)
def test_what_a_manual_tells_and_cannot_be_run(lines: str, told: list[str]) -> None:
    code = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--rows')\nprint(parser.parse_args())\n"
    files = {"src/train.py": code, "Makefile": "train:\n\tpython src/train.py\n", "README.md": MANUAL.format(lines)}
    tree = graphs(files, archetypes="P")
    tree.world.resolved.commands.names = frozenset({"example"})
    (graph,) = tree.components
    found = graph.references().broken
    assert [each.name for each in found] == told
    assert all(each.told and each.idle for each in found)
    assert [len(each.others) for each in found] == [lines.count("\n")] * len(told)


def test_a_document_that_is_no_manual_tells_nothing() -> None:
    told = "# x\n\n```bash\npython src/fit.py\n```\n"
    assert broken({"README.md": told})
    assert not broken({"CONTRIBUTING.md": told})


def test_the_line_that_keeps_source_out_is_told() -> None:
    """It holds for every folder of its name; so for that of the package."""
    files = {"Makefile": "a:\n\tpython -m src.data.fit\n", "src/__init__.py": "", ".gitignore": "*.pyc\ndata/\n"}
    (graph,) = graphs(files, archetypes="P").components
    (each,) = graph.references().broken
    assert each.left_out == Place(".gitignore", 2)


def test_a_part_of_another_repository_is_not_looked_into() -> None:
    from auditor.graph import Graphs
    from auditor.knowledge import load
    from auditor.model.changes import History
    from auditor.model.listing import Content, Entry, Listing, Target
    from auditor.model.settings import Settings
    from auditor.program import resolve
    from auditor.readers import candidates, read_file

    files = {"src/train.py": "print(1)\n", "Makefile": "a:\n\tpython bench/run.py\n"}
    facts = {path: read_file(candidates(path), text.encode()) for path, text in files.items()}
    entries = tuple(Entry(path, "", len(text)) for path, text in files.items())
    entries += (Entry("bench", "", -1, Content.SUBMODULE),)
    listing = Listing(Target("memory", "folder", "example"), entries)
    (graph,) = Graphs(resolve(facts, frozenset(files), load()), listing, Settings(components={".": "P"}), lambda: History("none")).components  # fmt: skip
    assert not graph.references().broken


def test_a_program_in_a_folder_that_the_tree_lacks_is_of_another_repository() -> None:
    start = (
        "import subprocess\ndef start(x, at):\n    subprocess.run(['python', x], cwd=at)\nstart('src/fit.py', '{at}')\n"
    )
    told = {at: broken({"deps/a.py": "", "run.py": start.format(at=at)}) for at in ("deps", "other", "../other")}
    assert [bool(told[at]) for at in told] == [True, False, False]


FLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{}"
IMAGE = "FROM python:3.12\nWORKDIR /app\nCOPY . .\n{}RUN pip install --no-cache-dir -r web.txt\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"a.sh": "pip install -r web.txt\n"}, ["list web.txt"], id="in a script"),
        pytest.param({"a.sh": "python3 -m pip install --requirement=reqs/web.txt\n"}, ["list reqs/web.txt"], id="by python -m"),
        pytest.param({"a.sh": "uv pip install --system -r web.txt\n"}, ["list web.txt"], id="by uv"),
        pytest.param({"Dockerfile": IMAGE.format("")}, ["list web.txt"], id="in an image"),
        pytest.param({".github/workflows/a.yml": FLOW.format("      - run: pip install -r web.txt\n")}, ["list web.txt"], id="in a workflow"),
        pytest.param({"a.sh": "pip install -r web.txt\n", "deep/web.txt": "pandas\n"}, [], id="elsewhere in the tree"),
        pytest.param({"a.sh": "pip install -r $LIST\npip install -r ~/web.txt\npip install web\n"}, [], id="no list that is written out"),
        pytest.param({"a.sh": "pip install -r web.txt || true\n"}, [], id="may fail"),
        pytest.param({"a.sh": "if [ -f web.txt ]; then pip install -r web.txt; fi\n"}, [], id="only where it is there"),
        pytest.param({"a.sh": "pip-compile -o web.txt web.in\npip install -r web.txt\n"}, [], id="compiled"),
        pytest.param({"a.sh": "poetry export > web.txt\npip install -r web.txt\n"}, [], id="exported"),
        pytest.param({"a.sh": "git clone https://x.org/y\npip install -r y/web.txt\n"}, [], id="of another repository"),
        pytest.param({"a.sh": "pip install -r web.txt\n", ".gitignore": "web.txt\n"}, [], id="left out of git"),
        pytest.param({"Dockerfile": IMAGE.format("COPY reqs.txt web.txt\n"), "reqs.txt": "pandas\n"}, [], id="copied under the name"),
        pytest.param({"Dockerfile": IMAGE.format("").replace("python:3.12", "acme/base:1")}, [], id="the image may have it"),
    ],
)  # fmt: skip
def test_lists_that_commands_install_from(files: dict[str, str], told: list[str]) -> None:
    found = graphs({"x.py": "x = 1\n", **files}).components[0].references().broken
    assert [f"{each.kind} {each.name}" for each in found] == told


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"a.sh": "cd k8s\nkubectl apply -f .\n"}, ["k8s"], id="in a script"),
        pytest.param({"a.sh": "cd k8s && ls && ls\ncd k8s && ls\n"}, ["k8s"], id="more than once"),
        pytest.param({".github/workflows/a.yml": FLOW.format("      - run: terraform apply\n        working-directory: infra\n")}, ["infra"], id="of a step"),
        pytest.param({"a.sh": "cd k8s\npip install -r web.txt\n"}, ["k8s"], id="with a list that lies there"),
        pytest.param({"a.sh": "cd k8s\nls\n", "ops/k8s/a.yaml": "a: 1\n"}, [], id="elsewhere in the tree"),
        pytest.param({"a.sh": "mkdir -p k8s\ncd k8s\nls\n"}, [], id="made before"),
        pytest.param({"a.sh": "cd k8s\nls\n", "b.sh": "kustomize build --output=k8s/all\n"}, [], id="made by another script"),
        pytest.param({"a.sh": "cd $HOME\nls\ncd /opt/k8s\nls\ncd ../k8s\nls\n"}, [], id="of the machine"),
        pytest.param({"a.sh": "cd build\nls\n"}, [], id="what builds make"),
        pytest.param({"a.sh": "cd k8s\nls\n", ".gitignore": "k8s/\n"}, [], id="left out of git"),
        pytest.param({"a.sh": "cd k8s || exit 1\nls\n[ -d k8s ] && cd k8s && ls\n"}, [], id="only where it is there"),
        pytest.param({"a.sh": "cd k8s\nls\n", "y.py": "open('k8s/a.txt', 'w').write('a')\n"}, [], id="written to by a program"),
        pytest.param({".github/workflows/a.yml": FLOW.format("      - uses: actions/download-artifact@v4\n        with:\n          path: infra\n      - run: ls\n        working-directory: infra\n")}, [], id="filled by an action"),
        pytest.param({"Dockerfile": "FROM python:3.12\nWORKDIR k8s\nRUN ls\n"}, [], id="in an image"),
    ],
)  # fmt: skip
def test_folders_that_commands_go_to(files: dict[str, str], told: list[str]) -> None:
    found = graphs({"x.py": "x = 1\n", **files}).components[0].references().broken
    assert [each.name for each in found if each.kind == "cwd"] == told


NEVER = "name: Fit\non:\n  push:\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo a\n"


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({".github/workflows/a.yml": NEVER.replace("    steps", "\tsteps")}, [("unread", "")]),
        ({".github/workflows/a.md": NEVER}, [("ending", ".github/workflows/a.yml")]),
        ({".github/workflows/a.yml": NEVER}, []),
        ({".github/workflows/a.yml": "name: Fit\n"}, []),
        ({".github/workflows/README.md": "# Flows\n\n```yaml\n" + NEVER + "```\n"}, []),
        ({".github/workflows/README.md": "name: ours\n\nWe fit on each push.\n"}, []),
        ({"docs/a.md": NEVER}, []),
        ({".github/workflows/a.md": "How we fit:\n\n" + NEVER}, []),
        ({".github/a.yml": NEVER.replace("    steps", "\tsteps")}, []),
        ({".github/workflows/a.yml": NEVER.replace("    steps", "\tsteps"), "{{ cookiecutter.name }}/a.txt": ""}, []),
    ],
)  # fmt: skip
def test_workflows_that_are_never_run(files: dict[str, str], kinds: list[tuple[str, str]]) -> None:
    assert [(kind, instead) for kind, _, instead in broken(files)] == kinds
