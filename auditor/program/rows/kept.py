"""What runs over single programs saw, kept while nothing changes that they were led by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.program.calls.effects import Effects
from auditor.program.calls.seen import SeenEffects
from auditor.program.kept.answers import Answers, Kept, Topic, View
from auditor.program.rows.starts import Learning, busy

if TYPE_CHECKING:
    from auditor.program.rows.trace import Trace


class Rows:
    """Answers what a run over a file saw."""

    def __init__(self, effects: Effects, kept: Kept) -> None:
        """`kept` is what is known of files from former trees, once their effects are known."""
        self._effects = effects
        self._learning = Learning(effects)
        self._kept = kept

    @cached_property
    def _answers(self) -> Answers[Trace | None]:
        from auditor.program.rows.stored import Packed  # and with it what is said of rows

        return self._kept.packed(Topic("rows", self._find), Packed())

    def of(self, path: str) -> Trace | None:
        """What a run over one file saw; None where nothing can be said, as of most, which need no run to be told: nothing in
        it fits, splits or evaluates, or nothing that it leads to trains or divides."""
        worth = busy(self._effects, path) and self._learning.reached_from(path)
        return self._answers.of(path) if worth else None

    def together(self, paths: tuple[str, ...], names: Mapping[int, str]) -> Mapping[str, Trace]:
        """What runs over programs saw that hand rows and models to each other through files, in this order.

        `names` are the files, by the identity of the effects that write and read them.
        """
        from auditor.program.rows.interpret import followed_together

        tree, memory = replace(self._effects.tree, names=names), self._effects.files.memory

        def find(view: View) -> dict[str, Trace]:
            seen = SeenEffects(view, self._effects)
            found = followed_together(seen, paths, _Names(view))
            seen.close()
            return found

        return Answers(Topic(f"rows of {' '.join(paths)}", find), tree, memory).of(paths[0])

    def _find(self, view: View) -> Trace | None:
        from auditor.program.rows.interpret import followed  # and with it all of the machine

        seen = SeenEffects(view, self._effects)
        found = followed(seen, view.path)
        seen.close()
        return found


class _Names(Mapping[int, str]):
    def __init__(self, view: View) -> None:
        self._view = view

    def __getitem__(self, number: int) -> str:
        found = self._view.code.trace.names[number] = self._view.tree.names.get(number)
        if found is None:
            raise KeyError(number)
        return found

    def __iter__(self) -> Iterator[int]:
        raise LookupError("an answer about some files may not look at all names")

    def __len__(self) -> int:
        return 1  # there are some, else nothing is run together
