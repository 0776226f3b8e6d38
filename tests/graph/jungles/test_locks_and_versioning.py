"""Stages against their record, and stores that others cannot reach: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from auditor.graph.data.versioning import is_one_machine
from tests.pages import graphs

TRAIN = "print('fit')\n"
STAGES = (
    "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    params: [depth]\n    outs: [model.pkl]\n"
)


def lock(
    cmd: str = "python train.py", size: int = len(TRAIN), depth: str = "3", out: str = "model.pkl", stage: str = "train"
) -> str:
    return (
        f"schema: '2.0'\nstages:\n  {stage}:\n    cmd: {cmd}\n    deps:\n    - path: train.py\n      md5: aa\n      size: {size}\n"
        f"    params:\n      params.yaml:\n        depth: {depth}\n    outs:\n    - path: {out}\n      md5: bb\n      size: 9\n"
    )


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


def tree(record: str, **more: str) -> dict[str, str]:
    return {"train.py": TRAIN, "dvc.yaml": STAGES, "params.yaml": "depth: 3\n", "dvc.lock": record, **more}


@pytest.mark.parametrize(
    ("record", "says"),
    [
        pytest.param(lock(cmd="python train.py --fast"), "it ran `python train.py --fast`", id="another command"),
        pytest.param(lock(depth="5"), "it ran with depth = 5, params.yaml now says 3", id="another parameter"),
        pytest.param(lock(out="old.pkl"), "its last run did not have model.pkl among its outs", id="another output"),
        pytest.param(
            lock(size=99), f"train.py has changed since (99 bytes then, {len(TRAIN)} now)", id="another program"
        ),
    ],
)
def test_a_stage_that_ran_as_something_else(record: str, says: str) -> None:
    (stale,) = ask(tree(record)).locks().stale
    assert says in stale.says
    assert stale.settings == ("has changed" not in says)
    assert {related.path for related in stale.related} == {"dvc.yaml", "dvc.lock"}


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(lock(), id="the same"),
        pytest.param(lock(depth="3.0"), id="a number spelt otherwise"),
        pytest.param(lock(cmd="python    train.py"), id="blanks"),
        pytest.param(lock(size=len(TRAIN) + 1), id="line endings of two bytes"),
    ],
)
def test_a_stage_that_ran_as_declared(record: str) -> None:
    locks = ask(tree(record)).locks()
    assert not locks.stale
    assert locks.agreeing == 1


def test_a_stage_without_a_run_and_a_pipeline_without_a_record() -> None:
    assert [name for name, _, _ in ask(tree(lock(stage="other"))).locks().never] == ["train"]
    without = tree("")
    del without["dvc.lock"]
    assert [path for path, _, _ in ask(without).locks().unlocked] == ["dvc.yaml"]


POINTER = {"train.py": TRAIN, "data/x.csv.dvc": "outs:\n- md5: aabbcc\n  size: 3\n  path: x.csv\n"}


def kinds(files: dict[str, str]) -> list[str]:
    return sorted(broken.kind for broken in ask(files).versioning().broken)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param("", ["no-remote"], id="none"),
        pytest.param("['remote \"a\"']\n    url = s3://b/c\n", [], id="one, shared"),
        pytest.param("[core]\n    remote = a\n['remote \"a\"']\n    url = /tmp/x\n", ["local-remote"], id="temporary"),
        pytest.param("['remote \"a\"']\n    url = ../store\n", ["local-remote"], id="relative"),
        pytest.param("['remote \"a\"']\n    url = ../store\n['remote \"b\"']\n    url = gs://b/c\n", [], id="two, no default"),
        pytest.param("['remote \"a\"']\n    url = s3://b/c\n    endpointurl = http://localhost:9000\n", ["local-remote"], id="a store on localhost"),
    ],
)  # fmt: skip
def test_remotes(config: str, expected: list[str]) -> None:
    assert kinds({**POINTER, ".dvc/config": config}) == expected


def test_a_store_of_one_machine_is_told_with_its_address() -> None:
    config = "['remote \"a\"']\n    url = s3://b/c\n    endpointurl = http://localhost:9000\n"
    (broken,) = ask({**POINTER, ".dvc/config": config}).versioning().broken
    assert broken.subject == "s3://b/c at http://localhost:9000"


def test_a_remote_that_a_command_sets_up() -> None:
    job = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: dvc remote add -d store s3://b/c\n"
    assert not kinds({**POINTER, ".dvc/config": "", ".github/workflows/a.yml": job})
    told = ask({**POINTER, ".dvc/config": "", "README.md": "# x\n\n```bash\ndvc remote add -d mine /tmp/x\n```\n"})
    assert not told.versioning().broken
    assert told.versioning().shown is not None


def test_a_default_of_one_machine_beside_a_remote_that_commands_name() -> None:
    config = "[core]\n    remote = a\n['remote \"a\"']\n    url = /home/ada/x\n['remote \"b\"']\n    url = s3://b/c\n"
    assert kinds({**POINTER, ".dvc/config": config}) == ["local-remote"]
    assert not kinds({**POINTER, ".dvc/config": config, "Makefile": "data:\n\tdvc pull -r b\n"})


def test_files_that_git_and_a_pointer_track_and_outputs_that_nobody_keeps() -> None:
    shared = {".dvc/config": "['remote \"a\"']\n    url = s3://b/c\n"}
    assert kinds({**POINTER, **shared, "data/x.csv": "a\n1\n"}) == ["twice"]
    stages = "stages:\n  a:\n    cmd: python train.py\n    outs:\n      - x.parquet: {cache: false}\n    metrics:\n      - m.json: {cache: false}\n"
    assert kinds({"train.py": TRAIN, "dvc.yaml": stages, **shared}) == ["uncached"]
    assert not kinds({"train.py": TRAIN, "dvc.yaml": stages, "x.parquet": "PAR1", **shared})
    more = stages.replace("    metrics:", "      - y.csv: {cache: false}\n    metrics:")
    (broken,) = ask({"train.py": TRAIN, "dvc.yaml": more, **shared}).versioning().broken
    assert (broken.subject, broken.cases) == ("x.parquet", 2)
    assert not kinds({"train.py": TRAIN, "dvc.yaml": stages.replace("x.parquet", "checks.html"), **shared})


@pytest.mark.parametrize("url", ["/home/ada/x", "~/x", "C:\\Users\\ada", "E:/store", "./x", "../x", "store", "file:///tmp/x", "ssh://localhost/x", "http://127.0.0.1:9000/b"])  # fmt: skip
def test_addresses_of_one_machine(url: str) -> None:
    assert is_one_machine(url)


@pytest.mark.parametrize("url", ["s3://b/c", "gdrive://1a", "ssh://host/x", "/mnt/shared/dvc", "\\\\server\\share", "azure://c/p", "https://example.org/d"])  # fmt: skip
def test_addresses_that_others_may_reach(url: str) -> None:
    assert not is_one_machine(url)


def test_a_pipeline_that_has_moved_on_is_one_matter() -> None:
    stages = "".join(
        f"  s{i}:\n    cmd: python train.py {i}\n    deps: [train.py]\n    outs: [o{i}]\n" for i in range(5)
    )
    ran = "".join(
        f"  s{i}:\n    cmd: python old.py {i}\n    deps:\n    - path: old.py\n      md5: aa\n      size: 9\n"
        for i in range(5)
    )
    files = {
        "train.py": TRAIN,
        "dvc.yaml": f"stages:\n{stages}",
        "dvc.lock": f"schema: '2.0'\nstages:\n{ran}",
    }
    (stale,) = ask(files).locks().stale
    assert (stale.step, stale.others) == ("s0", 4)
    assert [related.line for related in stale.related if related.path == "dvc.yaml"] == [2, 6, 10, 14, 18]
