"""Commands about containers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.containers import Contained, read_container
from auditor.model.facts import Word


def read(line: str) -> Contained | None:
    return read_container([Word(word, exact=True) for word in line.split()])


@pytest.mark.parametrize(
    ("line", "action", "names", "words"),
    [
        ("docker run --rm -it image", "run", "image", ""),
        ("docker run -e A=1 -v ./d:/d image x y", "run", "image", "x y"),
        ("podman --log-level debug run image x", "run", "image", "x"),
        ("docker container run image x", "run", "image", "x"),
        ("docker run --entrypoint sh image -c x", "run", "image", "sh -c x"),
        ("docker exec -it name x -y", "exec", "name", "x -y"),
        ("docker compose -f c.yml run --rm web x", "run", "web", "x"),
        ("docker-compose up -d web db", "up", "web db", ""),
        ("docker build -t a -t b .", "build", "a b", ""),
        ("docker buildx build -t a .", "build", "a", ""),
    ],
)
def test_a_command_about_containers(line: str, action: str, names: str, words: str) -> None:
    made = read(line)
    assert made is not None
    assert (made.action, " ".join(w.text for w in made.names), " ".join(w.text for w in made.words)) == (
        action,
        names,
        words,
    )


@pytest.mark.parametrize(
    "line", ["", "x run y", "docker", "docker ps", "docker run", "docker compose", "docker compose down"]
)
def test_other_commands(line: str) -> None:
    assert read(line) is None


def test_mounts_lead_back_to_the_host() -> None:
    made = read(
        "docker run -v ./data:/data:ro -v named:/n --mount type=bind,source=/src,target=/data/src -w /data/src i"
    )
    assert made is not None
    assert made.on_host("/data/a.csv") == Word("./data/a.csv", exact=True)
    assert made.on_host("/data/src/a.py") == Word("/src/a.py", exact=True)
    assert (made.on_host("/database/x"), made.on_host("/n/x")) == (None, None)
    assert made.host_folder() == Word("/src", exact=True)


def test_builds_name_file_and_context() -> None:
    made = read("docker build --build-arg A=1 -f docker/Dockerfile --target run -t a sub")
    assert made is not None
    assert (made.files[0].text, made.context and made.context.text) == ("docker/Dockerfile", "sub")


@given(
    st.lists(
        st.sampled_from(["run", "compose", "-v", "a:/b", "--mount", "type=bind,source=", "-e", "X", "image", "--", "build", "-f", "up"])
        | st.text(max_size=5),
        max_size=7,
    )
)  # fmt: skip
def test_any_words_are_read(texts: list[str]) -> None:
    made = read_container([Word(text, exact=True) for text in ["docker", *texts]])
    assert made is None or made.action
