"""Where the program of a command line begins."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.prefixes import Start, find_start, is_python

TIMES = 40


def behind(line: str) -> tuple[str, Start]:
    words = line.split()
    found = find_start(words)
    return " ".join(words[found.at :]), found


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("x a", "x a"),
        ("sudo -u me -E x a", "x a"),
        ("time nice -n 5 x a", "x a"),
        ("timeout -k 5 1h x", "x"),
        ("env -u A B=1 x", "x"),
        ("conda run -n e --no-capture-output x", "x"),
        ("conda install x", "conda install x"),
        ("poetry install", "poetry install"),
        ("command -v x", "command -v x"),
        ("wait-for-it.sh db:5432 -- x", "x"),
        ("mpirun -np 4 -x A bash x.sh", "bash x.sh"),
        ("coverage report", "coverage report"),
        ("sudo", ""),
        ("torchrun --nproc_per_node 2", ""),
    ],
)
def test_the_program_begins_behind_its_prefixes(line: str, rest: str) -> None:
    assert behind(line)[0] == rest


def test_prefixes_say_how_the_program_is_meant() -> None:
    assert msgspec.structs.replace(behind("torchrun --nproc_per_node 2 t.py a")[1], at=0) == Start(
        0, "file", "torchrun"
    )
    assert msgspec.structs.replace(behind("torchrun -m a.b c")[1], at=0) == Start(0, "module", "torchrun")
    assert msgspec.structs.replace(behind("uv run t.py")[1], at=0) == Start(0, "file", runner="uv")
    assert behind("A=1 env B=2 x")[1].environment == (("A", "1"), ("B", "2"))
    assert behind("poetry -C sub run x")[1].folder == "sub"
    assert behind("ray job submit --working-dir w -- python x.py")[1].folder == "w"
    assert behind("xargs -n 1 x")[1].fed


@pytest.mark.parametrize("word", ["python", "python3", "python3.11", "/usr/bin/python", "ipython", "python.exe"])
def test_interpreters(word: str) -> None:
    assert is_python(word)


@pytest.mark.parametrize("word", ["pythonic", "python-build", "py.test", "python3-pip", ""])
def test_other_words(word: str) -> None:
    assert not is_python(word)


def test_prefixes_without_end_are_bounded() -> None:
    assert find_start(["sudo"] * TIMES + ["x"]).at < TIMES


@given(
    st.lists(
        st.sampled_from(["sudo", "env", "uv", "run", "-m", "-n", "--", "A=1", "torchrun", "x.py", "mpirun", ""]) | st.text(max_size=4),
        max_size=8,
    )
)  # fmt: skip
def test_any_words_have_a_start(words: list[str]) -> None:
    assert 0 <= find_start(words).at <= len(words)
