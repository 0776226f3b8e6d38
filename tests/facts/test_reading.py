"""Reading whole trees, with readers and trees made for the purpose: what is asked for is seen."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Cache, pool, processes, read_facts, reading
from auditor.facts.pool import pack, unpack
from auditor.facts.reading import blob_id
from auditor.model.facts import Facts, Leaf, Trouble
from auditor.model.listing import Content, Entry, Listing, Target
from auditor.readers import read_file


class FakeReader(NamedTuple):
    name: str
    version: int


class FakeTree:
    """A tree of texts that notes what was read."""

    def __init__(self, files: dict[str, bytes], *, named: bool = True, absent: Sequence[str] = ()) -> None:
        self.files, self.absent, self.asked = files, absent, list[str]()
        entries = (Entry(path, blob_id(data) if named else "", len(data)) for path, data in sorted(files.items()))
        link = Entry("link.txt", "", 0, Content.LINK, target="/etc/passwd")
        self.listing = Listing(Target("t", "folder", "t"), (*entries, link))

    def read(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for path in paths:
            self.asked.append(path)
            yield path, None if path in self.absent else self.files[path]


def fake_candidates(path: str) -> tuple[FakeReader, ...]:
    return {"txt": (FakeReader("text", 1),), "doc": (FakeReader("doc", 1),)}.get(path.rpartition(".")[2], ())


def fake_read(readers: Sequence[FakeReader], data: bytes) -> Facts:
    if data == b"die":
        os._exit(11)
    if data == b"fail":
        raise ValueError("this reader has a bug")
    while data == b"hang":
        time.sleep(0.01)
    if data == b"unstorable":
        return Facts(kind="text", columns=("\ud800",))
    return Facts(kind=readers[0].name, columns=(data.decode(),), lines=1)


@pytest.fixture(autouse=True)
def fake_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pool, reading):
        monkeypatch.setattr(module, "candidates", fake_candidates)
    monkeypatch.setattr(pool, "read_file", fake_read)
    monkeypatch.setattr(pool, "FEW_FILES", 300)  # small trees shall go through processes here


needs_fork = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(),
    reason="the made-up readers reach other processes by fork only",
)


@pytest.fixture(params=["named", "unnamed"])
def named(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "named")


def texts(facts: dict[str, Facts]) -> dict[str, str]:
    return {path: one.columns[0] for path, one in facts.items()}


def codes(facts: dict[str, Facts]) -> dict[str, list[str]]:
    return {path: [trouble.code for trouble in one.troubles] for path, one in facts.items() if one.troubles}


def test_reads_what_a_reader_knows_in_the_order_of_the_listing(named: bool) -> None:
    tree = FakeTree({"b.txt": b"B", "a.doc": b"A", "c.bin": b"C" * 2_000, "d.txt": b"D"}, named=named, absent=["d.txt"])
    facts = read_facts(tree)
    assert list(facts) == ["a.doc", "b.txt", "d.txt"]
    assert codes(facts) == {"d.txt": ["unread"]}
    del facts["d.txt"]
    assert texts(facts) == {"a.doc": "A", "b.txt": "B"}
    assert "c.bin" not in tree.asked
    assert "link.txt" not in tree.asked


def test_of_a_short_file_that_no_reader_knows_it_is_told_that_it_is_a_pointer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    monkeypatch.setattr(pool, "read_file", read_file)
    key = b"/annex/objects/MD5E-s9--0cc175b9c0f1b6a831c399e269772661.gz\n"
    files = {"a.nii.gz": key, "b.bin": b"short", "c.bin": b"", "d.bin": b"AKIA" * 10, "e.bin": key}
    with Cache(tmp_path) as cache:
        for _ in range(2):
            facts = read_facts(FakeTree(files, named=named, absent=["e.bin"]), cache=cache)
            assert {path: one.kind for path, one in facts.items()} == {"a.nii.gz": "pointer"} | (
                {"e.bin": "pointer"} if named else {}
            )
            assert set(facts.digests) == set(facts)


def test_equal_contents_are_read_once_but_never_across_kinds(monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    calls: list[bytes] = []

    def noting(readers: Sequence[FakeReader], data: bytes) -> Facts:
        calls.append(data)
        return fake_read(readers, data)

    monkeypatch.setattr(pool, "read_file", noting)
    facts = read_facts(FakeTree({"a.txt": b"same", "b.txt": b"same", "c.doc": b"same"}, named=named))
    assert len(calls) == 2
    assert [one.kind for one in facts.values()] == ["text", "text", "doc"]


def test_the_second_run_reads_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    files = {f"{i}.txt": f"text {i}".encode() * 100 for i in range(50)}
    with Cache(tmp_path) as cache:
        first = read_facts(FakeTree(files, named=named), cache=cache)
    monkeypatch.setattr(pool, "read_file", lambda *_: pytest.fail("read again"))
    tree = FakeTree(files, named=named)
    with Cache(tmp_path) as cache:
        assert read_facts(tree, cache=cache) == first
    assert bool(tree.asked) != named  # contents are asked for only to learn their names


def test_a_new_version_of_a_reader_reads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.txt": b"A", "b.doc": b"B"}
    with Cache(tmp_path) as cache:
        read_facts(FakeTree(files), cache=cache)
        newer = {"txt": (FakeReader("text", 2),), "doc": (FakeReader("doc", 1),)}
        monkeypatch.setattr(reading, "candidates", lambda path: newer[path.rpartition(".")[2]])
        tree = FakeTree({"a.txt": b"A", "b.doc": b"B"})
        tree.listing = Listing(tree.listing.target, tree.listing.entries[:2])
        read_facts(tree, cache=cache)
    assert tree.asked == ["a.txt"]


def test_a_damaged_entry_is_read_again(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        read_facts(FakeTree({"a.txt": b"A"}), cache=cache)
        cache._attempt(lambda db: db.execute("UPDATE facts SET value = x'7a00'"), None)
        assert texts(read_facts(FakeTree({"a.txt": b"A"}), cache=cache)) == {"a.txt": "A"}
        tree = FakeTree({"a.txt": b"A"})
        read_facts(tree, cache=cache)
        assert tree.asked == []


def test_failures_are_told_and_never_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.05)
    files = {"a.txt": b"fine", "b.txt": b"fail", "c.txt": b"hang", "d.txt": b"unstorable"}
    with Cache(tmp_path) as cache:
        facts = read_facts(FakeTree(files), cache=cache)
        assert codes(facts) == {"b.txt": ["internal"], "c.txt": ["too-slow"], "d.txt": ["internal"]}
        assert "this reader has a bug" in facts["b.txt"].troubles[0].message
        assert cache.stats().facts == 1


@needs_fork
def test_many_files_go_through_processes_with_the_same_result(tmp_path: Path, named: bool) -> None:
    files = {f"{i:04}.txt": f"text {i}".encode() for i in range(700)}
    seen: list[tuple[str, int, int]] = []
    with Cache(tmp_path) as cache:
        facts = read_facts(FakeTree(files, named=named), cache=cache, jobs=2, progress=lambda *step: seen.append(step))
        assert cache.stats().facts == 700
    assert facts == read_facts(FakeTree(files, named=named), jobs=1)
    assert seen[-1] == ("reading files", 700, 700)
    assert all(done <= total for _, done, total in seen)
    assert not multiprocessing.active_children()


@needs_fork
def test_a_content_that_kills_its_process_costs_itself_alone(tmp_path: Path) -> None:
    files = {f"{i:04}.txt": f"text {i}".encode() for i in range(700)} | {"0350.txt": b"die", "0351.txt": b"fail"}
    with Cache(tmp_path) as cache:
        facts = read_facts(FakeTree(files), cache=cache, jobs=2)
        assert cache.stats().facts == 698
    assert len(facts) == 700
    assert codes(facts) == {"0350.txt": ["internal"], "0351.txt": ["internal"]}
    assert "died" in facts["0350.txt"].troubles[0].message
    assert not multiprocessing.active_children()


@needs_fork
def test_ctrl_c_leaves_no_process_and_keeps_what_was_read(tmp_path: Path) -> None:
    files = {f"{i:04}.txt": f"text {i}".encode() for i in range(700)}

    def press(_what: str, done: int, _total: int) -> None:
        if done == 200:
            raise KeyboardInterrupt

    with Cache(tmp_path) as cache:
        with pytest.raises(KeyboardInterrupt):
            read_facts(FakeTree(files), cache=cache, jobs=2, progress=press)
        assert 199 <= cache.stats().facts < 700
    assert not multiprocessing.active_children()


def test_where_no_process_can_be_started_this_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no semaphores here")

    monkeypatch.setattr(processes, "ProcessPoolExecutor", refuse)
    files = {f"{i:04}.txt": f"text {i}".encode() for i in range(700)}
    assert len(read_facts(FakeTree(files), jobs=2)) == 700


def test_few_files_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ProcessPoolExecutor", lambda *_, **__: pytest.fail("a process for so little"))
    assert len(read_facts(FakeTree({f"{i}.txt": b"%d" % i for i in range(100)}), jobs=2)) == 100


def test_blob_id_is_gits() -> None:
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


leaves = st.builds(
    Leaf,
    key=st.text(max_size=20),
    value=st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300),
    kind=st.just("str"),
    line=st.integers(1, 10**6),
)


@given(st.lists(leaves, max_size=20))
def test_what_is_packed_unpacks_to_the_same(found: list[Leaf]) -> None:
    facts = Facts(kind="yaml", leaves=tuple(found), troubles=(Trouble(1, "m", "invalid"),), lines=3)
    assert unpack(pack(facts)) == facts
