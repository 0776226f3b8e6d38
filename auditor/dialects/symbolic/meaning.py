"""What a dialect gives to the things that its framework makes, while code is run symbolically."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from auditor.dialects.symbolic.things import Arguments, Function, Thing, Where


class Meaning:
    """Answers None wherever the framework has no say; a dialect overrides what it needs."""

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """What a call of a library function or class gives."""
        return None

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """What calling one of the dialect's own objects gives."""
        return None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """What `receiver.name(…)` gives, for a receiver that is neither text nor container."""
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """What `receiver.name` is."""
        return None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """What `receiver[key]` is."""
        return None

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """What `left op right` gives."""
        return None

    def compose(self, parts: Sequence[Thing]) -> Thing | None:
        """What a text made of parts (an f-string) is."""
        return None

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """What a decorated function or class becomes; `decorator` is what stands after the `@`, called or not."""
        return None

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """What calling a class of the repository gives; `ancestry` names the library classes it derives from."""
        return None

    def apart(self) -> AbstractContextManager[None]:
        """While a module is run because what runs imports it: it belongs to nothing that runs."""
        return nullcontext()

    def enter(self, thing: Thing, where: Where) -> Thing | None:
        """`with thing`: what it binds."""
        return None

    def leave(self, thing: Thing) -> None:
        """The end of a `with` block."""

    def assign(self, thing: Thing, name: str, value: Thing) -> bool:
        """`thing.name = value`; whether the dialect took it."""
        return False
