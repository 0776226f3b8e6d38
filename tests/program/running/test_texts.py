"""What the texts of a repository run, each seen from where it starts."""

from __future__ import annotations

import pytest

from tests.program.asking import program

CODE = {"train.py": "", "ml/train.py": "", "ml/prep.py": "", "pkg/__init__.py": "", "pkg/serve.py": ""}


def runs(files: dict[str, str], path: str, names: frozenset[str] = frozenset()) -> list[str]:
    """Kind and target of all that the steps of a file run."""
    resolved = program({**CODE, **files}, names=names)
    return [
        f"{run.kind} {run.target}"
        for step in resolved.files[path].steps
        for run in resolved.texts.runs(path, step, step.folder)
    ]


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        pytest.param({"run.sh": "python train.py\n"}, "run.sh", ["script train.py"], id="script at the root"),
        pytest.param({"ml/run.sh": "python prep.py\n"}, "ml/run.sh", ["script ml/prep.py"], id="started where it lies"),
        pytest.param({"scripts/run.sh": "python ml/prep.py\n"}, "scripts/run.sh", ["script ml/prep.py"], id="started from above"),
        pytest.param(
            {"scripts/run.sh": "python prep.py\n", "Makefile": "x:\n\tcd ml && bash ../scripts/run.sh\n"},
            "scripts/run.sh", ["script ml/prep.py"], id="started by a target elsewhere",
        ),
        pytest.param(
            {"ml/run.sh": "python train.py\n", "Makefile": "x:\n\tbash ml/run.sh\n"},
            "ml/run.sh", ["script train.py"], id="the caller says it, though both exist",
        ),
        pytest.param(
            {"a.sh": "cd ml; bash ../b.sh\n", "b.sh": "python prep.py\n"}, "b.sh", ["script ml/prep.py"], id="script of a script"
        ),
        pytest.param({"README.md": "```bash\npython train.py\n```\n"}, "README.md", ["script train.py"], id="document"),
        pytest.param(
            {"ml/README.md": "```bash\npython ml/prep.py\n```\n"}, "ml/README.md", ["script ml/prep.py"], id="document below"
        ),
        pytest.param({"ml/Makefile": "x:\n\tpython prep.py\n"}, "ml/Makefile", [], id="a folder that nobody gave"),
    ],
)  # fmt: skip
def test_texts_start_somewhere(files: dict[str, str], path: str, expected: list[str]) -> None:
    assert [run for run in runs(files, path) if not run.startswith("missing")] == expected


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ('WORKDIR /app\nCOPY . .\nCMD ["python", "ml/prep.py"]', "script ml/prep.py"),
        ("WORKDIR /app\nCOPY . .\nCMD python ml/prep.py", "script ml/prep.py"),
        ('COPY ml /srv\nENTRYPOINT ["python", "/srv/prep.py"]', "script ml/prep.py"),
        ('WORKDIR /srv\nCOPY ml .\nENTRYPOINT ["python"]\nCMD ["prep.py"]', "script ml/prep.py"),
        ('WORKDIR /srv\nCOPY ml .\nCMD ["python", "-m", "prep"]', "script ml/prep.py"),
        ('WORKDIR /srv\nCOPY . .\nCMD ["uvicorn", "pkg.serve:app"]', "script pkg/serve.py"),
        ('WORKDIR /srv\nCOPY ml .\nCMD ["python", "gone.py"]', "tool gone.py"),
        ('WORKDIR /srv\nCMD ["python", "train.py"]', "tool train.py"),
    ],
)
def test_an_image_starts_what_was_copied_into_it(dockerfile: str, expected: str) -> None:
    assert runs({"Dockerfile": f"FROM python:3.11\n{dockerfile}\n"}, "Dockerfile")[-1] == expected


COMPOSE = """\
services:
  built:
    build: {context: ., dockerfile: docker/Dockerfile}
  given:
    build: {context: ., dockerfile: docker/Dockerfile}
    command: python ml/prep.py
  mounted:
    image: python:3.11
    working_dir: /work
    volumes: ["./ml:/work"]
    entrypoint: ["python"]
    command: ["prep.py", "--lr", "1"]
  foreign:
    image: python:3.11
    command: python train.py
"""


def test_services_run_their_command_or_what_their_image_starts() -> None:
    files = {"compose.yaml": COMPOSE, "docker/Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\nCMD python train.py\n"}
    assert runs(files, "compose.yaml") == [
        "image docker/Dockerfile",
        "script ml/prep.py",
        "script ml/prep.py",
        "tool train.py",
    ]


def test_a_run_of_a_service_runs_inside_it() -> None:
    files = {
        "compose.yaml": COMPOSE,
        "docker/Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\nCMD python train.py\n",
        "go.sh": "docker compose run --rm given python /app/pkg/serve.py\ndocker compose run mounted prep.py\n",
    }
    assert runs(files, "go.sh")[0] == "script pkg/serve.py"


def test_a_checkout_into_a_folder_is_the_repository() -> None:
    text = (
        "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n        with: {path: repo}\n"
        "      - run: cd repo && python ml/prep.py\n      - run: cd other && python ml/prep.py\n"
    )
    assert runs({".github/workflows/c.yml": text}, ".github/workflows/c.yml") == [
        "script ml/prep.py",
        "missing ml/prep.py",
    ]


def test_a_clone_of_this_repository_is_its_root() -> None:
    files = {"README.md": "```bash\ngit clone https://h/o/churn.git\ncd churn\npython ml/prep.py\n```\n"}
    assert runs(files, "README.md", frozenset({"churn"}))[-1] == "script ml/prep.py"


def test_scripts_that_start_each_other_end() -> None:
    files = {"a.sh": "cd ml; bash ../b.sh\n", "b.sh": "cd ..; bash a.sh\npython train.py\n"}
    assert "shell b.sh" in runs(files, "a.sh")


def test_what_runs_an_image_built_elsewhere_runs_what_was_copied_into_it() -> None:
    built = {
        "docker/Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\nCMD python train.py\n",
        "release.sh": "docker build -t churn -f docker/Dockerfile .\ndocker tag churn reg.io/churn:1\ndocker push reg.io/churn:1\n",
    }
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: a, image: 'IMAGE'COMMAND}\n"
    service = "services:\n  a: {image: 'IMAGE'COMMAND}\n"
    for path, text in (("k8s/job.yaml", job), ("compose.yaml", service)):
        for image, command, expected in (
            ("reg.io/churn:1", ", command: [python, /app/ml/prep.py]", ["script ml/prep.py"]),
            ("reg.io/churn:2", ", command: [python, ml/prep.py]", ["script ml/prep.py"]),
            ("reg.io/churn:1", "", ["image docker/Dockerfile"]),
            ("reg.io/other:1", "", []),
        ):
            files = {**built, path: text.replace("IMAGE", image).replace("COMMAND", command)}
            assert runs(files, path) == expected, (path, image, command)
