"""Rewrites of what is done to frames: questions for gaps, stores in one step, results that are assigned."""

from __future__ import annotations

import libcst as cst

from auditor.fixes.arguments import without

_NAN = frozenset({"nan", "NaN", "NAN", "NA", "NaT"})
_MASKS = frozenset(
    {
        "isna",
        "isnull",
        "notna",
        "notnull",
        "isin",
        "between",
        "duplicated",
        "contains",
        "startswith",
        "endswith",
        "eq",
        "ne",
        "gt",
        "lt",
        "ge",
        "le",
    }
)


def compared_with_nan(node: cst.Comparison) -> cst.BaseExpression | None:
    """The other side of `x == nan`; None for any other comparison."""
    if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, cst.Equal | cst.NotEqual):
        return None
    left, right = node.left, node.comparisons[0].comparator
    if _is_nan(right):
        return left
    return right if _is_nan(left) else None


def _is_nan(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Attribute):
        return isinstance(node.value, cst.Name) and node.attr.value in _NAN
    if isinstance(node, cst.Name):
        return node.value in _NAN
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value == "float"
        and len(node.args) == 1
    ):
        text = node.args[0].value
        return isinstance(text, cst.SimpleString) and str(text.evaluated_value).strip().lower() == "nan"
    return False


def asked_by_name(node: cst.Comparison, asked: cst.BaseExpression, pandas: str) -> cst.Call:
    """`pd.isna(asked)`, or `pd.notna(asked)`."""
    word = "isna" if isinstance(node.comparisons[0].operator, cst.Equal) else "notna"
    func = cst.Attribute(cst.Name(pandas), cst.Name(word))
    return cst.Call(func, [cst.Arg(asked)], lpar=node.lpar, rpar=node.rpar)


def joined(target: cst.BaseExpression) -> cst.Subscript | None:
    """`frame.loc[rows, column]` for a store into a part of a part, where rows and column can be told apart."""
    if not isinstance(target, cst.Subscript):
        return None
    outer, inner, by_label = _key(target), target.value, False
    if isinstance(inner, cst.Attribute) and inner.attr.value == "loc":
        inner, by_label = inner.value, True
    if not isinstance(inner, cst.Subscript) or outer is None or (first := _key(inner)) is None:
        return None
    frame = inner.value
    located = isinstance(frame, cst.Attribute) and frame.attr.value == "loc"
    if located and not by_label and _is_mask(first) and _is_text(outer):
        return _loc(target, frame.value, first, outer)  # type: ignore[attr-defined]  # narrowed by `located`
    if isinstance(frame, cst.Attribute) and frame.attr.value in ("loc", "iloc", "at", "iat"):
        return None
    if _is_mask(first) and _is_text(outer) and not by_label:
        return _loc(target, frame, first, outer)
    if _is_text(first) and (_is_mask(outer) or by_label):
        return _loc(target, frame, outer, first)
    return None


def _key(node: cst.Subscript) -> cst.BaseExpression | None:
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return None
    return node.slice[0].slice.value


def _is_text(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString)


def _is_mask(node: cst.BaseExpression) -> bool:
    """Whether a key is surely one truth value a row."""
    if isinstance(node, cst.Comparison):
        return not any(isinstance(each.operator, cst.In | cst.NotIn | cst.Is | cst.IsNot) for each in node.comparisons)
    if isinstance(node, cst.BinaryOperation):
        return isinstance(node.operator, cst.BitAnd | cst.BitOr) and _is_mask(node.left) and _is_mask(node.right)
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, cst.BitInvert) and _is_mask(node.expression)
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _MASKS


def _loc(
    target: cst.Subscript, frame: cst.BaseExpression, rows: cst.BaseExpression, column: cst.BaseExpression
) -> cst.Subscript:
    elements = [
        cst.SubscriptElement(cst.Index(rows), comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))),
        cst.SubscriptElement(cst.Index(column)),
    ]
    return target.with_changes(value=cst.Attribute(frame, cst.Name("loc")), slice=elements)


def assigned(value: cst.BaseExpression) -> cst.Assign | None:
    """`frame["a"] = frame["a"].fillna(0)` for a call with `inplace=True` on a column."""
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
        return None
    column = value.func.value
    if not isinstance(column, cst.Subscript) or not any(
        arg.keyword and arg.keyword.value == "inplace" for arg in value.args
    ):
        return None
    call = without(value, "inplace", len(value.args))
    if call is None:
        return None
    return cst.Assign([cst.AssignTarget(column.deep_clone())], call)
