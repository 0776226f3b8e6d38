"""What of the repository lies where inside the images that it builds."""

from __future__ import annotations

import pytest

from auditor.program.running.images import Image
from tests.program.asking import program

CODE = {"src/train.py": "", "src/deep/model.py": "", "serve.py": "", "requirements.txt": "x"}


def image(dockerfile: str, path: str = "Dockerfile", **files: str) -> Image:
    found = program({**CODE, path: dockerfile, **files}).commands.images.image(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lines", "inside", "lies"),
    [
        ("COPY . /app", "/app/src/train.py", "src/train.py"),
        ("WORKDIR /app\nCOPY . .", "/app/src/train.py", "src/train.py"),
        ("WORKDIR /opt\nWORKDIR ml\nCOPY src code", "/opt/ml/code/train.py", "src/train.py"),
        ("COPY src/ /app/", "/app/deep/model.py", "src/deep/model.py"),
        ("COPY src/train.py /app/", "/app/train.py", "src/train.py"),
        ("COPY src/train.py /app/run.py", "/app/run.py", "src/train.py"),
        ("COPY src/*.py /app/", "/app/train.py", "src/train.py"),
        ("COPY serve.py requirements.txt /app/", "/app/serve.py", "serve.py"),
        ("COPY . /app", "/app/src", "src"),
        ("COPY src /app", "/app/gone.py", None),
        ("COPY src /app", "/other/train.py", None),
        ("COPY ../src /app", "/app/train.py", None),
        ("RUN true", "/src/train.py", None),
        ("COPY . /app\nCOPY <<E /app/serve.py\nimport os\nE", "/app/serve.py", None),
        ("COPY . /app\nCOPY <<E /app/serve.py\nimport os\nE", "/app/src/train.py", "src/train.py"),
    ],
)
def test_a_copied_file_is_found(lines: str, inside: str, lies: str | None) -> None:
    assert image(f"FROM python:3.11\n{lines}\n").locate(inside) == lies


def test_copies_from_stage_to_stage_are_followed() -> None:
    made = image(
        "FROM python:3.11 AS base\nWORKDIR /build\nCOPY src code\n"
        "FROM python:3.11-slim\nCOPY --from=base /build/code /srv\n"
    )
    assert made.locate("/srv/train.py") == "src/train.py"
    assert made.locate("/build/code/train.py") is None
    built = image("FROM python:3.11 AS base\nCOPY src /app\nFROM base AS last\nWORKDIR /app\n")
    assert built.locate("/app/train.py") == "src/train.py"


def test_a_circle_of_stages_ends() -> None:
    made = image("FROM x AS a\nCOPY --from=b /q /q\nFROM y AS b\nCOPY --from=a /q /q\n")
    assert made.locate("/q/train.py") is None


def test_the_context_is_the_folder_whose_files_are_copied() -> None:
    assert image("FROM x\nCOPY src/train.py /app/\n", "docker/Dockerfile").context == ""
    assert image("FROM x\nCOPY train.py /app/\n", "src/Dockerfile").context == "src"
    told = image(
        "FROM x\nCOPY . /app\n", "docker/Dockerfile", **{"build.sh": "docker build -f docker/Dockerfile src\n"}
    )
    assert told.locate("/app/train.py") == "src/train.py"


def test_images_have_the_names_that_builds_give_them() -> None:
    files = {
        **CODE,
        "Dockerfile": "FROM x\nCOPY . /app\n",
        "Makefile": "b:\n\tdocker build -t host:5000/team/ml:$(V) .\n",
    }
    images = program(files).commands.images
    found = images.named("host:5000/team/ml:v2")
    assert found is not None
    assert found.path == "Dockerfile"
    assert images.named("team/other") is None


def test_another_name_is_the_same_image() -> None:
    files = {
        **CODE,
        "Dockerfile": "FROM x\nCOPY . /app\n",
        "release.sh": "docker build -t churn .\ndocker tag churn:latest $REGISTRY/team/churn:$V\ndocker push $REGISTRY/team/churn:$V\n",
    }
    images = program(files).commands.images
    for name in ("churn", "${REGISTRY}/team/churn:${V}", "{REGISTRY}/team/churn:v2"):
        found = images.named(name)
        assert found is not None, name
    assert images.named("team/churn") is None


def test_names_that_stand_for_each_other_end() -> None:
    files = {**CODE, "a.sh": "docker tag a b\ndocker tag b a\n"}
    assert program(files).commands.images.named("a") is None


@pytest.mark.parametrize(
    ("built", "used"),
    [
        ("$IMAGE:$V", "${IMAGE}:latest"),
        ("$IMAGE:$V", "$IMAGE:latest"),
        ("$IMAGE", "{{ IMAGE }}:latest"),
        ("${{ env.IMAGE }}:${{ github.sha }}", "docker://${{ env.IMAGE }}:v1"),
        ("${IMAGE:-team/churn}:${V:-latest}", "${IMAGE:-team/churn}:${V:-v1}"),
        ("${REGISTRY:-host:5000}/churn:v1", "host:5000/churn@sha256:0123"),
        ("${IMAGE:?not set}:v1", "${IMAGE}:v2"),
        ("$REGISTRY/team/churn:v1", "${REGISTRY}/team/churn:${V}"),
    ],
)
def test_variables_in_the_names_of_images_are_told_in_any_notation(built: str, used: str) -> None:
    files = {**CODE, "Dockerfile": "FROM x\nCOPY . /app\n", "go.sh": f"docker build -t {built} .\n"}
    images = program(files).commands.images
    assert images.named(used) is not None
    assert images.named(f"other/{used}") is None


def test_one_variable_for_several_images_names_none_of_them() -> None:
    files = {**CODE, **{f"{name}/Dockerfile": "FROM x\nCOPY . /app\n" for name in ("a", "b")}}
    one = {**files, "a/go.sh": "docker build -t $IMAGE:v1 a\ndocker build -t $IMAGE:v2 a\n"}
    both = {**one, "b/go.sh": "docker build -t $IMAGE:v1 b\n"}
    named = [program(each).commands.images.named("${IMAGE}:v1") for each in (one, both)]
    assert [image.path if image is not None else None for image in named] == ["a/Dockerfile", None]
