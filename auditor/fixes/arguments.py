"""Arguments of calls: added and taken away in the way the call is written."""

from __future__ import annotations

import libcst as cst


def called(call: cst.Call) -> tuple[str, str]:
    """What is called, as owner and name: `torch.load` is ("torch", "load"), `load` is ("", "load")."""
    func = call.func
    if isinstance(func, cst.Name):
        return "", func.value
    if isinstance(func, cst.Attribute):
        return func.value.value if isinstance(func.value, cst.Name) else "", func.attr.value
    return "", ""


def has(call: cst.Call, name: str) -> bool:
    """Whether a keyword is given."""
    return any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)


def with_keyword(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call | None:
    """The call with `name=value`, in place of another value; None where `**` may give it already."""
    if has(call, name):
        args = [
            arg.with_changes(value=value) if arg.keyword and arg.keyword.value == name else arg for arg in call.args
        ]
        return call.with_changes(args=args)
    if any(arg.star for arg in call.args):
        return None
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(keyword=cst.Name(name), value=value, equal=equal)
    if not call.args:
        return call.with_changes(args=[new])
    last = call.args[-1]
    if not isinstance(last.comma, cst.Comma):
        spaced = cst.Comma(whitespace_after=_between(call))
        return call.with_changes(
            args=[
                *call.args[:-1],
                last.with_changes(comma=spaced, whitespace_after_arg=cst.SimpleWhitespace("")),
                new.with_changes(whitespace_after_arg=last.whitespace_after_arg),
            ]
        )
    # The comma that ends the list stays at its end.
    ended = last.with_changes(comma=last.comma.with_changes(whitespace_after=_between(call)))
    return call.with_changes(args=[*call.args[:-1], ended, new.with_changes(comma=last.comma)])


def _between(call: cst.Call) -> cst.BaseParenthesizableWhitespace:
    """What stands between the arguments of a call: as between its last two, or before the first if there is one alone."""
    if len(call.args) > 1 and isinstance(comma := call.args[-2].comma, cst.Comma):
        return comma.whitespace_after
    before = call.whitespace_before_args
    return before if isinstance(before, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" ")


def without(call: cst.Call, name: str, position: int) -> cst.Call | None:
    """The call without an argument, by keyword or by position; None where a comment would go with it."""
    kept = [
        arg
        for number, arg in enumerate(call.args)
        if not (arg.keyword.value == name if arg.keyword is not None else number == position)
    ]
    gone = [arg for arg in call.args if arg not in kept]
    if any(_comments(arg.comma) or _comments(arg.whitespace_after_arg) for arg in gone):
        return None
    if not gone or not kept or gone[-1] is not call.args[-1]:
        return call.with_changes(args=kept)
    last = kept[-1]
    if not _comments(last.comma):
        ended = last.with_changes(comma=gone[-1].comma, whitespace_after_arg=gone[-1].whitespace_after_arg)
        return call.with_changes(args=[*kept[:-1], ended])
    # The comment beside the argument before it stays: what ends the list then begins on the line after.
    ending = gone[-1].comma
    space = ending.whitespace_after if isinstance(ending, cst.Comma) else gone[-1].whitespace_after_arg
    comma = last.comma
    if not isinstance(comma, cst.Comma) or not isinstance(space, cst.ParenthesizedWhitespace):
        return None
    if not isinstance(comma.whitespace_after, cst.ParenthesizedWhitespace):
        return None
    after = comma.whitespace_after.with_changes(last_line=space.last_line, indent=space.indent)
    return call.with_changes(args=[*kept[:-1], last.with_changes(comma=comma.with_changes(whitespace_after=after))])


def _comments(node: object) -> bool:
    """Whether a comma or a blank holds a comment."""
    space = node.whitespace_after if isinstance(node, cst.Comma) else node
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return False
    return space.first_line.comment is not None or any(line.comment is not None for line in space.empty_lines)
