"""What annotations say: of which class the object is that a parameter, a result or an attribute holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from auditor.model.ir import Assign, Attr, Const, Define, Expr, Group, Item, Name, Op, Stmt
from auditor.program.naming.code import Code, Denotation, Frame, Instance, Library, Local
from auditor.program.naming.scopes import last_name

if TYPE_CHECKING:
    from auditor.program.naming.denote import Denoter

DEEPEST_BASES = 8
_AROUND = frozenset({"Optional", "Annotated", "Final", "ClassVar", "FromDishka", "Injected"})
"""What stands around the class in an annotation."""
_PLAIN = ("builtins.", "typing.")


class Annotations:
    """Answers of which class an object is, by what the text declares."""

    def __init__(self, code: Code, denoter: Denoter) -> None:
        self.code = code
        self.denoter = denoter
        self._declared: dict[Local, Mapping[str, tuple[Expr, Frame]]] = {}
        self._written: dict[tuple[str, str], Expr] = {}

    def of_function(self, annotation: Expr, frame: Frame) -> Denotation | None:
        """An object of the class that a parameter or the result of the function of a frame is annotated with, or what is said to
        supply one; None where that is none, or one of Python's own."""
        held = _held(annotation)
        if type(held) is Group:
            return self.denoter.calls.annotated(held.items, frame)  # Annotated[Model, Depends(loaded)]
        return self._object(held, frame.within(max(self.code.scope(frame.path, frame.scope).parent, 0)))

    def of_attribute(self, cls: Local, name: str, depth: int = 0) -> Instance | None:
        """The same of an attribute that the body of a class, its constructor or its bases declare (`self._store: Store = None`).

        A record without methods is left out: who fills it in with what is not known, and nothing else is to be learned of it.
        """
        if name.startswith("__"):
            return None
        said = self._said(cls).get(name)
        if said is not None:
            annotation, frame = _held(said[0]), said[1]
            held = self._object(
                annotation.items[0] if type(annotation) is Group and annotation.items else annotation, frame
            )
            return held if held is None or type(held.of) is not Local or self._acts(held.of) else None
        for base in self.denoter.bases(cls) if depth < DEEPEST_BASES else ():
            found = self.of_attribute(base, name, depth + 1) if type(base) is Local and base != cls else None
            if found is not None:
                return found
        return None

    def _acts(self, cls: Local, depth: int = 0) -> bool:
        """Whether a class or one of its bases in the repository has methods."""
        made = (each.scope for each in self.code.scope(cls.path, cls.scope).body if type(each) is Define)
        if any(self.code.scope(cls.path, number).kind == "function" for number in made):
            return True
        bases = self.denoter.bases(cls) if depth < DEEPEST_BASES else ()
        return any(type(base) is Local and base != cls and self._acts(base, depth + 1) for base in bases)

    def _object(self, annotation: Expr, frame: Frame) -> Instance | None:
        if type(annotation) is Const and isinstance(annotation.value, str):
            annotation, frame = self._read(annotation.value, frame.path), Frame(frame.path, 0)
        found = self.denoter.denote(annotation, frame)
        if type(found) is Library:
            return None if found.dotted.startswith(_PLAIN) else Instance(found.dotted)
        return Instance(found) if type(found) is Local else None

    def _read(self, text: str, path: str) -> Expr:
        """A class that is named in quotes because it is defined further down; any other text is a name that nothing has."""
        known = self._written.get((path, text))
        if known is None:
            first, *names = text.partition("|")[0].strip().split(".")
            known = Name(first)
            for name in names:
                known = Attr(known, name)
            self._written[path, text] = self.code.keep(known)
        return known

    def _said(self, cls: Local) -> Mapping[str, tuple[Expr, Frame]]:
        """The annotations of the attributes of a class, each with where it stands."""
        found = self._declared.get(cls)
        if found is None:
            scope = self.code.scope(cls.path, cls.scope)
            found = dict(_of_object(scope.body, "", Frame(cls.path, cls.scope))) if scope.kind == "class" else {}
            for binding in self.code.index(cls.path, cls.scope).final("__init__") if scope.kind == "class" else ():
                method = self.code.scope(cls.path, binding.scope) if binding.how == "define" else None
                if method is not None and method.params:
                    found |= _of_object(method.body, method.params[0].name, Frame(cls.path, binding.scope))
            self._declared[cls] = found
        return found


def _held(annotation: Expr) -> Expr:
    """What an annotation names within what stands around it; of `Annotated[Model, …]` all that it holds."""
    if type(annotation) is Op and annotation.op == "|":
        annotation = annotation.operands[0]
    if type(annotation) is Item and last_name(annotation.base) in _AROUND:
        annotation = annotation.key
    return annotation


def _of_object(body: tuple[Stmt, ...], own: str, frame: Frame) -> Iterator[tuple[str, tuple[Expr, Frame]]]:
    """What a body declares by annotation: names, or attributes of the object that goes by the name `own`."""
    for statement in body:
        if type(statement) is not Assign or statement.annotation is None or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if type(target) is Name and not own:
            yield target.id, (statement.annotation, frame)
        if type(target) is Attr and type(target.base) is Name and target.base.id == own:
            yield target.name, (statement.annotation, frame)
