"""Which artefact a library call names: its path argument, its receiver, or a text put together from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from auditor.knowledge import Argument, Entry, Knowledge
from auditor.model.ir import Attr, Call, Const, Expr, Group, Star, Table
from auditor.program.calls.branches import Reach, limited
from auditor.program.calls.trials import moved
from auditor.program.naming.code import Code, Frame, Instance, Library, Shown
from auditor.program.naming.handles import opened
from auditor.program.running.invocations import argument
from auditor.program.symbolic.evaluate import Evaluator
from auditor.program.symbolic.values import MOST_ALTERNATIVES, UNKNOWN, Value, Values, concat, distinct, literal

DEEPEST = 4
RECEIVER = "receiver"
"""In the `args` of a template: the hole is what the receiver of the call names."""

# What a path argument may also be given: a buffer or a stream, which names nothing.
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO", "builtins.bytes", "builtins.bytearray"})
_STREAMS = ("sys.stdout", "sys.stderr", "sys.stdin")

# Attributes that only Spark's sessions and frames have, when a call chain hangs on them: `df.write.mode("append").parquet(p)`.
_LEADING = {
    "read": "pyspark.sql.DataFrameReader",
    "write": "pyspark.sql.DataFrameWriter",
    "readStream": "pyspark.sql.streaming.DataStreamReader",
    "writeStream": "pyspark.sql.streaming.DataStreamWriter",
}


def chained(call: Call, knowledge: Knowledge) -> Entry | None:
    """The entry of a method at the end of a chain whose beginning tells what it is, though the first object is not known."""
    at = call.func.base if type(call.func) is Attr else None
    while type(at) is Call and type(at.func) is Attr:
        at = at.func.base
    if type(at) is not Attr or at.name not in _LEADING or type(call.func) is not Attr:
        return None
    return knowledge.method(_LEADING[at.name], call.func.name)


class Named(NamedTuple):
    """What a call names: its target, what it writes and what it reads besides."""

    targets: Values
    dest: Values
    source: Values

    def limited(self, to: Reach) -> Named | None:
        """As far as it holds in the starts that are left; None where nothing does."""
        found = Named(*(limited(values, to) for values in self))
        return found if not any(self) or any(found) else None

    def moved(self) -> Named:
        """The same in a temporary working folder."""
        return Named(*(moved(values) for values in self))


class Targets:
    """Finds the texts of targets; a handle stands for what it was opened with, an object for what it was made with."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator

    def named(self, call: Call, entry: Entry, frames: Iterable[Frame]) -> Named | None:
        """What a call names in any of some frames; None where it then does not have its role either."""
        found = []
        for frame in frames:
            targets = self.of(call, entry, frame)
            if targets is not None:
                found.append(Named(targets, *self.beside(call, entry, frame)))
        if len(found) <= 1:
            return found[0] if found else None
        return Named(*(distinct(value for each in found for value in each[part]) for part in range(3)))

    def of(self, call: Call, entry: Entry, frame: Frame, depth: int = 0) -> tuple[Value, ...] | None:
        """The texts of a call's target; empty where it names none, None where it then does not have its role either."""
        path = entry.path
        if path is None:
            return ()
        if path.receiver:
            return self._receiver(call.func.base, frame, depth) if type(call.func) is Attr else (UNKNOWN,)
        if path.template:
            return self._templated(call, path.template, path.args, frame, depth)
        pos = None if path.kw_only else path.pos
        ways = [(path.arg, pos), *((other, None) for other in path.also)]
        given = next((expr for arg, at in ways if (expr := argument(call, arg, at)) is not None), None)
        if given is None or (type(given) is Const and given.value is None):
            if path.default is not None:
                return (literal(path.default).weakened(0.8, "default"),)
            return None if path.required else (UNKNOWN,) if _is_open(call) else ()
        found = self._given(given, frame, depth, stream=bool(entry.attrs.get("stream")))
        return tuple(value for value in found if value.known) if entry.attrs.get("path_if_text") else found

    def argument(self, call: Call, at: Argument | None, frame: Frame, *, stream: bool = False) -> tuple[Value, ...]:
        """The texts of a further argument, such as a destination; of a `stream` those of handles alone."""
        chosen = argument(call, at.arg, at.pos) if at is not None else None
        return self._given(chosen, frame, 0, stream=stream) if chosen is not None else ()

    def beside(self, call: Call, entry: Entry, frame: Frame) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """What a call writes and what it reads besides its target: the `dest` and the `source` of its entry."""
        stream = bool(entry.attrs.get("stream"))
        return (
            self.argument(call, entry.dest, frame, stream=stream),
            self.argument(call, entry.source, frame, stream=stream),
        )

    def _given(self, expr: Expr, frame: Frame, depth: int, *, stream: bool = False) -> tuple[Value, ...]:
        """The texts of an argument; none where it is a buffer, a number, or (of a call that takes a stream) content."""
        if type(expr) is Const and not isinstance(expr.value, str):
            return ()
        denoted = self.evaluator.denoter.denote(expr, frame)
        if type(denoted) is Instance and isinstance(denoted.of, str):
            if denoted.of in _IN_MEMORY:
                return ()
            behind = self._behind(denoted, depth, handles=True)
            if behind is not None:
                return behind
        if type(denoted) is Library and denoted.dotted.startswith(_STREAMS):
            return ()
        if type(denoted) is Shown:
            shown, where = denoted.display, denoted.frame
            items = shown.items if type(shown) is Group else shown.values if type(shown) is Table else ()
            found = (value for item in items[:MOST_ALTERNATIVES] for value in self._given(item, where, depth + 1))
            return tuple(found) if items and depth < DEEPEST else (UNKNOWN,)
        source, where = opened(self.evaluator, expr, frame)
        values = self.evaluator.values(source, where)
        if stream and source is expr:
            values = tuple(value for value in values if not value.known)
        return tuple(value for value in values if "\n" not in value.text())

    def _receiver(self, expr: Expr, frame: Frame, depth: int) -> tuple[Value, ...]:
        """What the receiver names: its own text, else what the call that made it names."""
        values = self.evaluator.values(expr, frame)
        if any(value.known for value in values):
            return values
        denoted = self.evaluator.denoter.denote(expr, frame)
        behind = self._behind(denoted, depth) if type(denoted) is Instance else None
        return values if behind is None else behind

    def _behind(self, made: Instance, depth: int, *, handles: bool = False) -> tuple[Value, ...] | None:
        """What the call that made an object names; None where it names nothing, or is no opening of a handle."""
        if made.made is None or depth >= DEEPEST:
            return None
        call, frame = made.made.call, made.made.frame
        dotted = self.evaluator.denoter.dotted(call.func, frame)
        entry = self.code.knowledge.lookup(dotted) if dotted else None
        if entry is None or entry.path is None or (handles and not entry.attrs.get("handle")):
            return None
        return self.of(call, entry, frame, depth + 1)

    def _templated(
        self, call: Call, template: str, args: Mapping[str, int | str], frame: Frame, depth: int
    ) -> tuple[Value, ...]:
        """The template with its holes filled; unknown as a whole where none of them is known."""
        pieces: list[Value] = []
        known = False
        text = template
        while "{" in text:
            before, _, rest = text.partition("{")
            name, _, text = rest.partition("}")
            filled = self._hole(call, name, args.get(name), frame, depth)
            known = known or (bool(filled) and (filled[0].known or bool(filled[0].holes() != UNKNOWN.holes())))
            pieces += [literal(before), filled[0] if filled else UNKNOWN]
        pieces.append(literal(text))
        return (concat(pieces),) if known else (UNKNOWN,)

    def _hole(self, call: Call, name: str, at: int | str | None, frame: Frame, depth: int) -> tuple[Value, ...]:
        if at == RECEIVER:
            return self._receiver(call.func.base, frame, depth) if type(call.func) is Attr else ()
        place = Argument(at, None) if isinstance(at, str) else Argument(name, at)
        return self.argument(call, place, frame)


def _is_open(call: Call) -> bool:
    """Whether a call hands on arguments that are not written out."""
    return any(type(arg) is Star for arg in call.args) or any(not name for name, _ in call.keywords)
