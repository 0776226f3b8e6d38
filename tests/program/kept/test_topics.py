"""What a topic says of single files is kept, in memory and on disk, and is what would be found anew whatever changed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.program import Memory, Resolved
from auditor.program.calls.effects import Effects
from auditor.program.calls.seen import SeenEffects
from auditor.program.kept.answers import Answers, Topic, View
from auditor.program.kept.shelves import Shelf
from auditor.program.naming.code import Frame
from tests.program.kept.shop import CHANGES, START, Contents, Held, one_after_the_other, resolved, there_and_back


class Said(msgspec.Struct, frozen=True):
    """What this test asks of a file."""

    name: str
    calls: tuple[tuple[int, str, frozenset[str]], ...]
    started: int
    asked: frozenset[str]
    rebound: bool


def find(view: View) -> Said | None:
    """A bit of everything that can be asked of a file; None of those without a call."""
    code, evaluator, path = view.code, view.evaluator, view.path
    calls = []
    for number in code.scopes(path):
        for site in code.index(path, number).calls:
            frame = Frame(path, number, block=site.block)
            texts = frozenset(value.text() for arg in site.call.args for value in evaluator.values(arg, frame))
            calls.append((site.call.line, str(evaluator.denoter.denote(site.call.func, frame)), texts))
    if not calls:
        return None
    started = len(evaluator.invocations.of(path)) if evaluator.invocations else 0
    return Said(path, tuple(calls), started, view.asked((path, 0)), code.rebinds("root"))


class Either(msgspec.Struct, frozen=True):
    """An answer, or none."""

    said: Said | None


SAID = Topic("said", lambda view: Either(find(view)), Either)
UNASKED: Topic[Either] = Topic("said", cast("Callable[[View], Either]", None), Either)
"""The same, and it cannot be found anew."""


def told(program: Resolved, topic: Topic[Either] = SAID) -> dict[str, Either]:
    """What is said of all files."""
    found = {path: program.kept(topic).of(path) for path in program.code.paths}
    program.store()
    return found


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_and_back(change: str) -> None:
    there_and_back(change, told)


def test_what_is_stored_need_not_be_found_again() -> None:
    contents, held = Contents(), Held()
    start = told(resolved(contents.facts(dict(START)), Memory(held, lasting=False)))
    assert told(resolved(contents.facts(dict(START)), Memory(held, lasting=False)), UNASKED) == start


@settings(max_examples=20)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=8))
def test_what_is_kept_is_what_is_found_anew(changes: list[str]) -> None:
    one_after_the_other(changes, told)


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        pytest.param("constant in a module", {"shop/settings.py"}, id="what nothing here was led by"),
        pytest.param("function renamed", {"shop/store.py", "train.py"}, id="what a function is"),
        pytest.param("command before it", {"report.py", "train.py"}, id="a start"),
        pytest.param("configuration", {"train.py"}, id="a document"),
    ],
)
def test_what_did_not_change_is_not_found_anew(change: str, anew: set[str]) -> None:
    contents, texts, held, memory = Contents(), dict(START), Held(), Memory()
    found: list[str] = []

    def noted(view: View) -> Either:
        found.append(view.path)
        return Either(find(view))

    topic = Topic("said", noted, Either)
    for each in (memory, Memory(held, lasting=False)):
        told(resolved(contents.facts(texts), each), topic)
    CHANGES[change](texts)
    for each in (memory, Memory(held, lasting=False)):
        found.clear()
        told(resolved(contents.facts(texts), each), topic)
        assert set(found) >= anew
        assert len(found) < len(texts) / 2, found


def test_other_topics_and_other_code_find_their_own() -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    told(resolved(facts, Memory(held, lasting=False)))
    for topic, version in ((UNASKED, "another version"), (Topic("other", UNASKED.find, Either), "")):
        with pytest.raises(TypeError):
            told(resolved(facts, Memory(held, version)), topic)


def test_an_answer_that_is_no_plain_data_is_not_stored() -> None:
    contents, held, memory = Contents(), Held(), Memory()
    facts = contents.facts(START)
    told(resolved(facts, Memory(held, lasting=False)))
    before = len(held.values)
    records = Topic("records", lambda view: view.code.programs[view.path])
    for each in (Memory(held, lasting=False), memory):
        program = resolved(facts, each)
        assert program.kept(records).of("train.py") is program.code.programs["train.py"]
        program.store()
    assert len(held.values) == before


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda view: view.code.trace.names.setdefault(1, None), id="names of effects"),
        pytest.param(lambda view: view.code.note("unread.py"), id="a file without a digest"),
    ],
)
def test_what_a_later_process_cannot_tell_is_not_stored(look: Callable[[View], object]) -> None:
    def find_more(view: View) -> Either:
        look(view)
        return Either(None)

    contents, held = Contents(), Held()
    facts = contents.facts(START)
    facts["unread.py"] = facts["report.py"]
    told(resolved(facts, Memory(held, lasting=False)))
    before = len(held.values)
    program = resolved(facts, Memory(held, lasting=False))
    program.kept(Topic("more", find_more, Either)).of("train.py")
    program.store()
    assert len(held.values) == before


def test_plain_data_found_by_the_effects_of_another_file_hang_on_that_file_alone() -> None:
    contents, held, memory, texts = Contents(), Held(), Memory(), dict(START)

    def topic(effects: Effects) -> Topic[Either]:
        def count(view: View) -> Either:
            seen = SeenEffects(view, effects)
            own = seen.own.get(("shop/store.py", 1), [])
            return Either(Said(view.path, tuple((e.line, e.name, frozenset()) for e in own), 0, frozenset(), False))

        return Topic("counted", count, Either)

    def ask(each: Memory, *, fresh: bool = True) -> Either:
        program = resolved(contents.facts(texts), each)
        asked = topic(program.effects) if fresh else Topic("counted", UNASKED.find, Either)
        found = program.kept(asked).of("train.py")
        program.store()
        return found

    for each in (memory, Memory(held, lasting=False)):
        first = ask(each)
        assert first.said
        assert first.said.calls
    for each in (memory, Memory(held, lasting=False)):
        assert ask(each, fresh=False) == first
    CHANGES["lines shifted"](texts)
    for each in (memory, Memory(held, lasting=False)):
        assert ask(each) != first
    texts.pop("shop/store.py")
    for each in (memory, Memory(held, lasting=False)):
        assert ask(each).said == Said("train.py", (), 0, frozenset(), False)


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda value: value[:-3], id="cut"),
        pytest.param(lambda value: bytes(byte ^ 1 for byte in value), id="other bits"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([[b"", *[[]] * 10], 7])), id="of another type"),
        pytest.param(lambda _: zlib.compress(msgspec.msgpack.encode([[[9]], None])), id="no trace"),
        pytest.param(lambda value: zlib.compress(zlib.decompress(value) + bytes(1 << 27)), id="gigabytes"),
    ],
)  # fmt: skip
def test_a_damaged_store_costs_time_alone(spoilt: Callable[[bytes], bytes]) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    first = told(resolved(facts, Memory(held, lasting=False)))
    held.values = {key: spoilt(value) for key, value in held.values.items()}
    assert told(resolved(facts, Memory(held, lasting=False))) == first


def test_what_was_stored_is_asked_for_in_one_go_and_let_go_once_it_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    contents, held = Contents(), Held()
    facts = contents.facts(START)
    told(resolved(facts, Memory(held, lasting=False)))
    asked: list[int] = []
    get = Held.get_many

    def counted(self: Held, keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        listed = list(keys)
        asked.append(len(listed))
        return get(self, listed)

    monkeypatch.setattr(Held, "get_many", counted)
    program = resolved(facts, Memory(held, lasting=False))
    told(program, UNASKED)
    assert asked == [len(facts), *[len(program.code.paths)] * 3]  # pages, effects, what is carried and what is said
    answers: Answers[Either] = program.kept(SAID)
    assert isinstance(answers._shelf, Shelf)
    assert answers._shelf._held == {}
