"""Lines that end a program whatever they say, or that a constant switches off."""

from __future__ import annotations

from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.ir import Call, Const, Do, Expr, If, Name, Op, Raise, Stmt
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import placed

_ENDING = frozenset({"exit", "_exit", "abort", "quit"})


def is_unreached(world: World, path: str, line: int) -> bool:
    """Whether a line stands in a branch that ends the program anyway, or under a name that is False wherever it is bound."""
    code = world.resolved.code
    scopes = code.programs[path].scopes
    around = [n for n, scope in enumerate(scopes) if n == 0 or scope.line <= line <= scope.end_line]
    site = (path, max(around, key=lambda n: scopes[n].line if n else 0))
    found = [at for at in placed(code.scope(*site).body) if at.line <= line]
    inner = [each for each in found[-1].around if type(each) is If] if found else []
    return any(_arm_ends(branch, line) or _is_off(world, site, branch, line) for branch in inner)


def _arm_ends(branch: If, line: int) -> bool:
    """Whether the arm of a branch that holds a line raises or exits at its end."""
    arm = _arm(branch, line)
    last = arm[-1] if arm else None
    if type(last) is Do and type(last.value) is Call:
        return name_of(last.value.func).rpartition(".")[2] in _ENDING
    return type(last) is Raise


def _arm(branch: If, line: int) -> tuple[Stmt, ...]:
    after = branch.orelse and branch.orelse[0].line <= line
    return branch.orelse if after else branch.body


def _is_off(world: World, site: Site, branch: If, line: int) -> bool:
    """Whether a line stands under `if NAME:`, or `else` of `if not NAME:`, of a name that one binding alone makes False."""
    test, turned = branch.test, False
    if type(test) is Op and test.op == "not":
        test, turned = test.operands[0], True
    held = _arm(branch, line) is (branch.orelse if turned else branch.body)
    return held and _is_false(world, test, Frame(*site))


def _is_false(world: World, test: Expr, frame: Frame) -> bool:
    if type(test) is not Name:
        return False
    bindings = world.resolved.evaluator.denoter.bindings(test, frame)
    value = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
    return type(value) is Const and value.value is False
