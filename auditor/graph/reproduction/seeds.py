"""What a seed is given: a number, nothing at all, or something that differs with every run."""

from __future__ import annotations

import re
from typing import Any

from auditor.graph.reproduction.supplied import supplied
from auditor.knowledge.entry import Seed
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr, Name, Star
from auditor.program import Resolved
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Frame, Instance, Local, Options
from auditor.program.running.invocations import argument

DEEPEST = 6
_MOVING = frozenset({Role.NONDET, Role.SAMPLE})
_MOVING_CALLS = frozenset({"time.time", "time.time_ns", "time.perf_counter", "os.urandom", "os.getpid", "uuid.uuid4"})


def given_seed(call: Call, seed: Seed) -> Expr | None:
    """What a call is given as its seed."""
    first = call.args[0] if call.args else None
    switched = type(first) is Const and type(first.value) is bool
    early = seed.early is not None and len(call.args) <= seed.early + 1 and not switched
    return argument(call, seed.arg, seed.early if early else seed.pos)


class Seeds:
    """Answers what the argument that controls randomness is, as far as the program tells."""

    def __init__(self, resolved: Resolved, documents: str = "") -> None:
        """`documents` is what the documents tell, commands among it."""
        self.resolved = resolved
        self._documents = documents
        self.denoter = resolved.evaluator.denoter
        self._naming: dict[str, list[frozenset[str]]] = {}
        """By program the texts of each other one that names it."""

    def open(self, effect: Effect) -> bool | None:
        """Whether a call with a seed argument is left to chance; None where that cannot be told."""
        seed = effect.entry.seed
        if seed is None:
            return True
        call = effect.call
        if any(name == "" for name, _ in call.keywords) or any(type(arg) is Star for arg in call.args):
            return None
        random = seed.missing == "nondeterministic"
        given = given_seed(call, seed)
        if seed.switch is not None and (switch := argument(call, seed.switch, None)) is not None:
            turned = self._truth(switch, effect.frame)
            if turned is None:
                return None
            random = turned
        if not random or (given is None and seed.missing == "fixed"):
            return False
        return True if given is None else self.unset(given, effect.frame)

    def sets(self, effect: Effect) -> bool:
        """Whether a call that seeds a generator gives it a seed that may be the same in the next run."""
        seed = effect.entry.seed
        if seed is None:
            return not effect.entry.attrs.get("determinism")
        given = given_seed(effect.call, seed)
        if given is None:
            given = next((value for name, value in effect.call.keywords if "seed" in name), None)
        if given is None:
            whole = any(name == "" for name, _ in effect.call.keywords) or bool(effect.call.args)
            return whole or seed.missing != "nondeterministic"
        return not self.unset(given, effect.frame)

    def _truth(self, expr: Expr, frame: Frame) -> bool | None:
        """What a switch is: only where it is written out, or everything it can be agrees."""
        if type(expr) is Const:
            return bool(expr.value)
        texts = {value.text() for value in self.resolved.evaluator.values(expr, frame) if value.exact}
        return {"True": True, "False": False}.get(next(iter(texts))) if len(texts) == 1 else None

    def unset(self, expr: Expr, frame: Frame, depth: int = 0) -> bool:
        """Whether a seed is surely None unless somebody gives one, or new with every run."""
        if depth > DEEPEST:
            return False
        handler: Any = {Const: self._const, Name: self._name, Attr: self._attribute, Call: self._call}.get(type(expr))
        if handler is None:
            return False
        known = type(expr) in (Name, Attr) and any(v.exact for v in self.resolved.evaluator.values(expr, frame))
        return not known and bool(handler(expr, frame, depth))

    def _const(self, expr: Const, _frame: Frame, _depth: int) -> bool:
        return expr.value is None

    def _name(self, expr: Name, frame: Frame, depth: int) -> bool:
        bindings = self.denoter.bindings(expr, frame)
        if not bindings:
            return False
        for binding, where in bindings:
            if binding.how == "param":
                if not self._parameter(expr.id, where, depth):
                    return False
            elif binding.how != "value" or binding.value is None or not self.unset(binding.value, where, depth + 1):
                return False
        return True

    def _parameter(self, name: str, frame: Frame, depth: int) -> bool:
        """Whether every call that is known leaves a parameter at a default of None."""
        if frame.bound is not None and name in frame.bound.params:
            value, where = frame.bound.params[name]
            return self.unset(value, where, depth + 1)
        scope = self.resolved.code.scope(frame.path, frame.scope)
        default = next((param.default for param in scope.params if param.name == name), None)
        if type(default) is not Const or default.value is not None:
            return False
        given = supplied(self.resolved, self.resolved.effects.callers.get((frame.path, frame.scope), ()), name)
        return given is not None and all(self.unset(value, where, depth + 1) for value, where in given)

    def _attribute(self, expr: Attr, frame: Frame, depth: int) -> bool:
        bases = self._supplied(expr.base, frame) if type(expr.base) is Name else [(expr.base, frame)]
        return bool(bases) and all(self._field(base, expr.name, where, depth) for base, where in bases)

    def _supplied(self, name: Name, frame: Frame) -> list[tuple[Expr, Frame]]:
        """The object behind a name; for a parameter what each caller gives it."""
        bindings = self.denoter.bindings(name, frame)
        if frame.bound is not None or not bindings or bindings[0][0].how != "param":
            return [(name, frame)]
        found: list[tuple[Expr, Frame]] = []
        for edge in self.resolved.effects.callers.get((frame.path, frame.scope), ()):
            caller = Frame(*edge.caller, block=edge.site.block)
            given = self.resolved.evaluator.objects.arguments(
                edge.callee, edge.call, caller, constructed=edge.constructs
            ).get(name.id)
            found.append(given if given is not None else (Const(True), caller))
        return found or [(name, frame)]

    def _field(self, owner: Expr, name: str, frame: Frame, depth: int) -> bool:
        """Whether an attribute of an object is surely unset: an option of the command line, a field of a class."""
        base = self.denoter.denote(owner, frame)
        if type(base) is Options:
            return self._option(base, name, depth)
        if type(base) is Instance and type(base.of) is Local:
            fields = self.resolved.evaluator.objects.fields(base.of, name, base.made)
            return bool(fields) and all(self.unset(value, where, depth + 1) for value, where in fields)
        return False

    def _option(self, options: Options, name: str, depth: int) -> bool:
        """Whether an option of the command line is None for whoever leaves it out."""
        option = next((o for o in self.resolved.evaluator.options.declared(options) if o.dest == name), None)
        if option is None or not option.flags:
            return False
        if any(dest == name for _, dest, _ in self.resolved.evaluator.options.given(option.path)):
            return False  # some start of the program gives it
        if self._is_said(option.path, option.flags) or self._is_told(option.flags):
            return False
        if option.default is not None:
            return self.unset(*option.default, depth + 1)
        calls = (call for _, call in self.resolved.code.calls(option.path) if call.line == option.line)
        return not any(dict(call.keywords).get("required") for call in calls)

    def _is_said(self, program: str, flags: tuple[str, ...]) -> bool:
        """Whether a program that names this one writes one of its flags into a command that is not followed."""
        if program not in self._naming:
            name, code = program.rpartition("/")[2], self.resolved.code
            others = (code.texts(path) for path in code.paths if path != program)
            self._naming[program] = [texts for texts in others if name in "\n".join(texts)]
        return any(text.startswith(flags) for texts in self._naming[program] for text in texts)

    def _is_told(self, flags: tuple[str, ...]) -> bool:
        """Whether a document gives one of the flags a number, in a command that may be an installed one."""
        flag = "|".join(re.escape(each) for each in flags)
        return re.search(rf"(?<![\w-])(?:{flag})(?:[ \t]+|=)\d", self._documents) is not None

    def _call(self, expr: Call, frame: Frame, depth: int) -> bool:
        """`int(time.time())`: a clock or another draw somewhere in it."""
        dotted = self.denoter.dotted(expr.func, frame) or ""
        entry = self.resolved.knowledge.lookup(dotted) if dotted else None
        if dotted in _MOVING_CALLS or (entry is not None and entry.role in _MOVING and not entry.seed):
            return True
        builtin = dotted in ("builtins.int", "builtins.round", "builtins.abs")
        return builtin and any(self.unset(arg, frame, depth + 1) for arg in expr.args)
