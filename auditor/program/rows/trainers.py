"""Objects that train a model they are given: with the rows from the start (Hugging Face), or handed over with it (Lightning)."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.program.rows import models
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called, Thing
from auditor.program.rows.values import OTHER, Value, flat

HOLDS, DRIVES = "holds", "drives"
"""What the knowledge base says of a trainer: it holds its rows, or it is handed them with the model."""


def made(m: Machine, called: Called, entry: Entry) -> Value:
    """A trainer, which stands for the model that it trains."""
    held = {
        "train": called.given("train_dataset"),
        "eval": called.given("eval_dataset"),
        "model": called.given("model"),
    }
    fields = {word: value for word, value in held.items() if value is not None}
    stops = any(value.name == "stopper" for value in flat(called.every()))
    attrs = {**entry.attrs, "library": entry.library}
    name = called.name.rpartition(".")[2]
    return m.thing("model", Thing(name, called.spot, incremental=True, stops_early=stops, fields=fields, attrs=attrs))


def method(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a trainer; None where it is one of any model."""
    thing = m.heap[receiver.ref]
    if thing.attrs.get("trainer") == DRIVES:
        return _driving(m, called, receiver, thing)
    if called.name == "train":
        return _trained(m, called, receiver, thing.fields.get("train"), thing.fields.get("eval"), thing)
    if called.name == "evaluate":
        given = called.given("eval_dataset", 0)
        return _judged(m, called, receiver, given if given is not None else thing.fields.get("eval"))
    if called.name == "predict":
        return models.guess(m, called, thing, called.given("test_dataset", 0) or OTHER, receiver)
    return OTHER


def _driving(m: Machine, called: Called, receiver: Value, thing: Thing) -> Value:
    """`trainer.fit(model, rows)` and `trainer.test(model, rows)`; the rows may come from a data module."""
    model = called.given("model", 0) or thing.fields.get("model") or OTHER
    if model.kind != "model":
        return OTHER
    if called.name == "fit":
        m.heap[receiver.ref] = replace(thing, fields={**thing.fields, "model": model})
        train = _loader(m, called, "train_dataloader", ("train_dataloaders", "train_dataloader"), 1)
        watched = _loader(m, called, "val_dataloader", ("val_dataloaders",), 2)
        return _trained(m, called, model, train, watched, thing)
    if called.name in ("test", "validate"):
        asked = "test_dataloader" if called.name == "test" else "val_dataloader"
        return _judged(m, called, model, _loader(m, called, asked, ("dataloaders", "test_dataloaders"), 1))
    return OTHER


def _loader(m: Machine, called: Called, asked: str, names: tuple[str, ...], position: int) -> Value | None:
    """The rows that are handed over, or those that the data module gives when it is asked."""
    for name in names:
        if name in called.keywords:
            return called.keywords[name]
    given = called.given("datamodule") or called.given("", position)
    if given is None or given.kind != "object":
        return None if given is None or "datamodule" in called.keywords or given.kind == "other" else given
    if not m.heap[given.ref].attrs.get("set up"):
        _asked(m, called, given, "setup")
        thing = m.heap[given.ref]
        m.heap[given.ref] = replace(thing, attrs={**thing.attrs, "set up": True})
    return _asked(m, called, given, asked)


def _asked(m: Machine, called: Called, module: Value, name: str) -> Value | None:
    """What a method of a data module gives."""
    method = m.own_method(module, name)
    return m.handed_on(m, called, method, OTHER) if method is not None else None


def _trained(
    m: Machine, called: Called, model: Value, rows: Value | None, watched: Value | None, trainer: Thing
) -> Value:
    if rows is None:
        return OTHER
    models.train(m, replace(called, name="fit", keywords={}), model, rows)
    trained = m.heap[model.ref].trained
    known = m.grounded(watched) if watched is not None else None
    if trained is not None and known is not None and known.rows is not None and trainer.stops_early:
        m.judge(trained, known.rows, known.all_fits(), "tuning", called.spot, called.at, selects=True)
    return OTHER


def _judged(m: Machine, called: Called, model: Value, rows: Value | None) -> Value:
    trained = m.heap[model.ref].trained
    known = m.grounded(rows) if rows is not None else None
    if trained is not None and known is not None and known.rows is not None:
        m.judge(trained, known.rows, known.all_fits(), "score", called.spot, called.at)
    return OTHER
