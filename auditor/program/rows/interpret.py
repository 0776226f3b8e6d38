"""Runs a scope symbolically to follow rows from where they are read to where a model is judged on them (RULES §7).

The simplest sound form: splits make parts, fitted transformers taint what they touch with the rows they were fitted on,
local functions are followed two calls deep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from auditor.knowledge import Entry
from auditor.model.artefact import Role
from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Choice,
    Const,
    Do,
    Expr,
    Group,
    If,
    Item,
    Loop,
    Name,
    Op,
    Opaque,
    Return,
    Slice,
    Star,
    Stmt,
    Table,
    Try,
    Walrus,
    With,
)
from auditor.program.calls.effects import Effects, Site
from auditor.program.naming.code import Frame, Library, Local
from auditor.program.rows.row_sets import (
    OTHER,
    TEST,
    TRAIN,
    Evaluation,
    Fit,
    Rows,
    Spot,
    Trace,
    Value,
    either,
    flat,
    mixed,
)

DEEPEST_CALL = 2
MOST_STATEMENTS = 20_000

# Methods and functions that keep the rows of their receiver or first argument.
_KEEPS = frozenset({
    "copy", "astype", "rename", "reset_index", "set_index", "sort_values", "sort_index", "assign", "fillna",
    "ffill", "bfill", "replace", "drop", "drop_duplicates", "dropna", "to_numpy", "toarray", "todense",
    "reshape", "ravel", "flatten", "squeeze", "round", "clip", "abs", "map", "apply", "applymap",
    "transform_rows", "where", "mask", "query", "head", "tail", "loc", "iloc", "values", "T", "to_frame",
    "to_list", "tolist", "str", "dt", "cat", "infer_objects", "convert_dtypes", "select_dtypes", "filter",
    "pop", "get", "join", "merge",
})  # fmt: skip
_KEEPING_CALLS = frozenset({
    "numpy.array", "numpy.asarray", "numpy.log", "numpy.log1p", "numpy.sqrt", "numpy.exp", "numpy.abs",
    "numpy.nan_to_num", "numpy.column_stack", "numpy.hstack", "numpy.c_", "numpy.where", "numpy.ravel",
    "pandas.DataFrame", "pandas.Series", "pandas.get_dummies", "pandas.to_datetime", "pandas.to_numeric",
    "scipy.sparse.hstack", "scipy.sparse.csr_matrix", "builtins.list", "torch.tensor", "torch.from_numpy",
    "torch.FloatTensor", "tensorflow.convert_to_tensor", "xgboost.DMatrix", "lightgbm.Dataset", "catboost.Pool",
})  # fmt: skip
_SUBSETS = frozenset(["drop_duplicates", "dropna", "query", "head", "tail", "sample", "where"])
STATELESS = frozenset({"Normalizer", "HashingVectorizer", "FunctionTransformer", "Binarizer", "PolynomialFeatures"})
# These learn which categories there are, as `get_dummies` does, and no statistic unless they choose among them.
_VOCABULARY = frozenset({"LabelEncoder", "OneHotEncoder", "OrdinalEncoder", "LabelBinarizer", "MultiLabelBinarizer"})
_SELECTING = frozenset({"min_frequency", "max_categories"})
_CROSS = frozenset({"sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate"})


class Interpreter:
    """Runs one scope symbolically."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.denoter = effects.evaluator.denoter
        self._numbers = count(1)
        self._left = MOST_STATEMENTS

    def run(self, site: Site) -> Trace:
        """Interpret a scope from its first statement, parameters as values of their own."""
        self._left = MOST_STATEMENTS
        self.trace = Trace()
        self._scope(site, {}, 0)
        return self.trace

    def _scope(self, site: Site, given: dict[str, Value], depth: int) -> Value:
        scope = self.effects.code.scope(*site)
        env: dict[str, Value] = {param.name: given.get(param.name) or self._fresh() for param in scope.params}
        returned: list[Value] = []
        self._body(scope.body, _Context(site, env, depth, returned))
        return either(returned) if returned else OTHER

    def _fresh(self, kind: str = "other") -> Value:
        return Value(kind, Rows(next(self._numbers)))

    # --- statements ---

    def _body(self, body: Iterable[Stmt], at: _Context) -> None:
        for statement in body:
            self._left -= 1
            if self._left <= 0:
                return
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement, at)

    def _assign(self, s: Assign, at: _Context) -> None:
        if s.value is None:
            return
        value = self.value(s.value, at)
        if s.op:
            value = mixed([self.value(s.targets[0], at), value])
        for target in s.targets:
            self._bind(target, value, at)

    def _bind(self, target: Expr, value: Value, at: _Context) -> None:
        key = _key(target)
        if key is not None:
            at.env[key] = value
        elif type(target) is Group:
            items = value.items if len(value.items) == len(target.items) else ()
            for number, item in enumerate(target.items):
                self._bind(item, items[number] if items else self._fresh(), at)
        elif type(target) is Star:
            self._bind(target.value, self._fresh(), at)
        elif type(target) is Item:
            self._store(target, value, at)

    def _store(self, target: Item, value: Value, at: _Context) -> None:
        """`df[column] = value`: the frame keeps its rows, the taint sits on the named columns."""
        base = (
            target.base.base if type(target.base) is Attr and target.base.name in ("loc", "iloc", "at") else target.base
        )
        key = _key(base)
        if key is None or key not in at.env:
            return
        frame = at.env[key]
        names = self._names(
            target.key.items[-1] if type(target.key) is Group and target.key.kind == "tuple" else target.key, at
        )
        if names is None:
            # Which columns change is not known: the taint is forgotten rather than spread over the target, too.
            return
        columns = dict(frame.columns)
        for name in names:
            columns[name] = value.all_fits()
        at.env[key] = replace(frame, columns=tuple(sorted(columns.items())))

    def _do(self, s: Do, at: _Context) -> None:
        self.value(s.value, at)

    def _return(self, s: Return, at: _Context) -> None:
        at.returned.append(self.value(s.value, at) if s.value is not None else OTHER)

    def _if(self, s: If, at: _Context) -> None:
        self.value(s.test, at)
        before = dict(at.env)
        self._body(s.body, at)
        after = at.env
        at.env = before
        self._body(s.orelse, at)
        for key in {**after, **at.env}:
            if key in after and key in at.env:
                if after[key] is not at.env[key]:
                    at.env[key] = either([after[key], at.env[key]])
            elif key in after:
                at.env[key] = after[key]

    def _loop(self, s: Loop, at: _Context) -> None:
        source = self.value(s.source, at)
        if s.target is not None:
            kinds = {item.kind for item in source.items}
            element = source.items[0] if source.items and len(kinds) == 1 else self._fresh()
            if element.kind == "tuple" and type(s.target) is Group and len(element.items) == len(s.target.items):
                self._bind(s.target, element, at)
            else:
                self._bind(s.target, element, at)
        self._body(s.body, at)
        self._body(s.orelse, at)

    def _with(self, s: With, at: _Context) -> None:
        for value, target in s.items:
            got = self.value(value, at)
            if target is not None:
                self._bind(target, got, at)
        self._body(s.body, at)

    def _try(self, s: Try, at: _Context) -> None:
        self._body(s.body, at)
        for handler in s.handlers:
            kept = dict(at.env)
            self._body(handler.body, at)
            at.env = kept
        self._body(s.orelse, at)
        self._body(s.final, at)

    # --- expressions ---

    def value(self, expr: Expr, at: _Context) -> Value:
        """The abstract value of an expression."""
        handler = _EXPRESSIONS.get(type(expr))
        return handler(self, expr, at) if handler is not None else OTHER

    def _name(self, expr: Name, at: _Context) -> Value:
        found = at.env.get(expr.id)
        if found is None:
            found = at.env[expr.id] = self._fresh()
        return found

    def _attr(self, expr: Attr, at: _Context) -> Value:
        key = _key(expr)
        if key is not None and key in at.env:
            return at.env[key]
        base = self.value(expr.base, at)
        if expr.name in _KEEPS:
            return base
        return replace(base, columns=()) if base.kind == "frame" else OTHER

    def _item(self, expr: Item, at: _Context) -> Value:
        base = self.value(expr.base, at)
        if (
            base.items
            and type(expr.key) is Const
            and isinstance(expr.key.value, int)
            and expr.key.value < len(base.items)
        ):
            return base.items[expr.key.value]
        if base.kind == "prediction":
            return base
        if base.kind not in ("other", "frame") or base.rows is None:
            return OTHER
        if type(expr.base) is Attr and expr.base.name in ("loc", "iloc", "ix"):
            return self._located(expr.key, base, at)
        names = self._names(expr.key, at)
        if names is not None:
            kept = dict(base.columns)
            return replace(
                base, kind="frame", columns=tuple((name, kept[name]) for name in sorted(names) if name in kept)
            )
        if type(expr.key) in (Name, Attr) and not base.columns:
            # A list of columns or an index of rows: either way no rows but those of the base.
            return replace(base, rows=self._sub(base.rows))
        return replace(base, rows=self._sub(base.rows), columns=())

    def _located(self, key: Expr, base: Value, at: _Context) -> Value:
        rows, columns = key, None
        if type(key) is Group and key.kind == "tuple" and len(key.items) == 2:
            rows, columns = key.items
        whole = type(rows) is Slice and rows.start is None and rows.stop is None
        kept = base if whole else replace(base, rows=self._sub(base.rows))
        if columns is None:
            return kept
        names = self._names(columns, at)
        if names is None:
            return replace(kept, columns=())
        table = dict(base.columns)
        return replace(kept, columns=tuple((name, table[name]) for name in sorted(names) if name in table))

    def _sub(self, rows: Rows | None) -> Rows:
        return Rows(next(self._numbers), rows)

    def _names(self, expr: Expr, at: _Context) -> set[str] | None:
        """The column names that are written out, directly or in a constant."""
        if type(expr) is Const and isinstance(expr.value, str):
            return {expr.value}
        if type(expr) is Group:
            if all(type(item) is Const for item in expr.items):
                return {str(item.value) for item in expr.items if type(item) is Const}
            return None
        if type(expr) is Name:
            bindings = self.denoter.bindings(expr, Frame(*at.site))
            if (
                len(bindings) == 1
                and bindings[0][0].how == "value"
                and bindings[0][0].value is not None
                and type(bindings[0][0].value) in (Const, Group)
            ):
                return self._names(bindings[0][0].value, at)
        return None

    def _op(self, expr: Op, at: _Context) -> Value:
        operands = [self.value(operand, at) for operand in expr.operands]
        return next((value for value in operands if value.kind == "prediction"), None) or mixed(operands)

    def _group(self, expr: Group, at: _Context) -> Value:
        items = tuple(self.value(item, at) for item in expr.items)
        return Value("tuple", items=items)

    def _table(self, expr: Table, at: _Context) -> Value:
        return Value("table", items=tuple(self.value(value, at) for value in expr.values))

    def _choice(self, expr: Choice, at: _Context) -> Value:
        return either([self.value(expr.then, at), self.value(expr.otherwise, at)])

    def _opaque(self, expr: Opaque, at: _Context) -> Value:
        return self.value(expr.value, at) if expr.value is not None else OTHER

    def _walrus(self, expr: Walrus, at: _Context) -> Value:
        value = self.value(expr.value, at)
        self._bind(expr.target, value, at)
        return value

    # --- calls ---

    def _call(self, expr: Call, at: _Context) -> Value:
        args = [self.value(arg, at) for arg in expr.args]
        keywords = {name: self.value(value, at) for name, value in expr.keywords}
        spot = Spot(at.site[0], expr.line)
        if type(expr.func) is Attr:
            receiver = (
                self.value(expr.func.base, at)
                if _key(expr.func.base) in at.env or type(expr.func.base) in (Call, Item)
                else OTHER
            )
            done = self._method(expr, expr.func.name, receiver, args, keywords, spot, at)
            if done is not None:
                return done
        callee = self.denoter.denote(expr.func, Frame(*at.site))
        if type(callee) is Local and self.effects.code.scope(callee.path, callee.scope).kind == "function":
            return self._inlined(callee, expr, args, keywords, at)
        if type(callee) is Library:
            return self._library(expr, callee.dotted, args, keywords, spot, at)
        return self._fresh()

    def _inlined(self, callee: Local, expr: Call, args: list[Value], keywords: dict[str, Value], at: _Context) -> Value:
        if at.depth >= DEEPEST_CALL or any(type(arg) is Star for arg in expr.args):
            return self._fresh()
        params = [p.name for p in self.effects.code.scope(callee.path, callee.scope).params]
        if self.effects.code.owner(callee.path, callee.scope) is not None and type(expr.func) is Attr:
            params = params[1:]
        given = {**dict(zip(params, args, strict=False)), **{k: v for k, v in keywords.items() if k in params}}
        return self._scope((callee.path, callee.scope), given, at.depth + 1)

    def _library(
        self, expr: Call, dotted: str, args: list[Value], keywords: dict[str, Value], spot: Spot, at: _Context
    ) -> Value:
        entry = self.effects.code.knowledge.lookup(dotted)
        first = args[0] if args else next(iter(keywords.values()), OTHER)
        if dotted in _CROSS:
            return self._crossed(args, keywords, spot, at)
        if dotted in ("builtins.zip", "builtins.enumerate"):
            return self._fresh()
        if first.kind == "prediction" and (entry is None or entry.role is not Role.EVALUATE):
            return first
        if entry is None:
            return replace(first, columns=first.columns) if dotted in _KEEPING_CALLS else self._fresh()
        made = _MAKERS.get(entry.role)
        if made is not None:
            return made(self, expr, entry, dotted, args, spot)
        if entry.role is Role.EVALUATE:
            self._judged([*args, *keywords.values()], spot, at)
            return OTHER
        if dotted in _KEEPING_CALLS:
            return mixed(args) if args else first
        return self._fresh("frame" if entry.role is Role.READ else "other")

    def _transformer(self, expr: Call, entry: Entry, dotted: str, args: list[Value], spot: Spot) -> Value:
        name = dotted.rpartition(".")[2]
        stateful = entry.attrs.get("stateful", True) and name not in STATELESS
        if name in _VOCABULARY and not any(keyword in _SELECTING for keyword, _ in expr.keywords):
            stateful = False
        return Value("transformer" if stateful else "stateless", name=name, id=next(self._numbers), spot=spot)

    def _estimator(self, expr: Call, entry: Entry, dotted: str, args: list[Value], spot: Spot) -> Value:
        return Value("model", name=dotted.rpartition(".")[2], id=next(self._numbers), spot=spot)

    def _composed(self, expr: Call, entry: Entry, dotted: str, args: list[Value], spot: Spot) -> Value:
        """A pipeline with an estimator in it is a model; of transformers alone it is a transformer."""
        parts = list(flat(args))
        name = dotted.rpartition(".")[2]
        if any(part.kind == "model" for part in parts):
            return Value("model", name=name, id=next(self._numbers), spot=spot)
        if parts and all(part.kind in ("transformer", "stateless") for part in parts if part.kind != "other"):
            return Value(
                "transformer" if any(p.kind == "transformer" for p in parts) else "stateless",
                name=name,
                id=next(self._numbers),
                spot=spot,
            )
        return Value("model", name=name, id=next(self._numbers), spot=spot)

    def _split(self, expr: Call, entry: Entry, dotted: str, args: list[Value], spot: Spot) -> Value:
        if not dotted.endswith("train_test_split") or any(type(arg) is Star for arg in expr.args):
            return self._fresh()
        number = next(self._numbers)
        self.trace.splits[number] = spot
        parts: list[Value] = []
        made: dict[int, tuple[Rows, Rows]] = {}
        for value in args:
            rows = value.rows or Rows(next(self._numbers))
            # Arrays given to one call are split at the same positions, whatever they hold.
            left, right = made.setdefault(
                rows.id, (Rows(next(self._numbers), rows, number, TRAIN), Rows(next(self._numbers), rows, number, TEST))
            )
            parts += [replace(value, kind="frame", rows=left), replace(value, kind="frame", rows=right)]
        return Value("tuple", items=tuple(parts))

    def _method(
        self,
        expr: Call,
        method: str,
        receiver: Value,
        args: list[Value],
        keywords: dict[str, Value],
        spot: Spot,
        at: _Context,
    ) -> Value | None:
        data = args[0] if args else keywords.get("X") or keywords.get("x") or keywords.get("raw_documents") or OTHER
        if receiver.kind in ("transformer", "stateless"):
            return self._transforming(expr, method, receiver, data, spot, at)
        if receiver.kind == "model":
            return self._modelling(expr, method, receiver, data, args, keywords, spot, at)
        if receiver.kind == "prediction":
            return receiver
        if receiver.rows is None:
            return None
        if method in ("drop", "pop"):
            return self._dropped(expr, method, receiver, at)
        if method in _SUBSETS:
            return replace(receiver, rows=self._sub(receiver.rows))
        if method in ("fillna", "replace", "clip", "sub", "div", "add", "mul"):
            return mixed([receiver, *args])
        if method in _KEEPS:
            return receiver
        return None

    def _dropped(self, expr: Call, method: str, receiver: Value, at: _Context) -> Value:
        """`drop` of columns keeps the rows and forgets their taints; of anything that cannot be told, all column taints."""
        chosen = next(
            (value for name, value in expr.keywords if name in ("columns", "labels")),
            expr.args[0] if expr.args else None,
        )
        names = self._names(chosen, at) if chosen is not None else None
        if method == "pop":
            return replace(receiver, columns=tuple((c, f) for c, f in receiver.columns if names and c in names))
        return replace(
            receiver, columns=tuple((c, f) for c, f in receiver.columns if names is not None and c not in names)
        )

    def _transforming(
        self, expr: Call, method: str, receiver: Value, data: Value, spot: Spot, at: _Context
    ) -> Value | None:
        if method in ("fit", "partial_fit", "fit_transform", "adapt", "fit_on_texts"):
            fit = (
                Fit(data.rows or Rows(next(self._numbers)), spot, receiver.name)
                if receiver.kind == "transformer"
                else None
            )
            fitted = replace(receiver, fit=fit)
            base = expr.func.base if type(expr.func) is Attr else expr.func
            key = _key(base)
            if key is not None:
                at.env[key] = fitted
            if method != "fit_transform":
                return fitted
            receiver = fitted
        elif method not in (
            "transform",
            "texts_to_sequences",
            "texts_to_matrix",
            "predict",
            "inverse_transform",
            "__call__",
        ):
            return None
        if method == "inverse_transform":
            return data
        extra = frozenset({receiver.fit}) if receiver.fit is not None else frozenset[Fit]()
        return replace(
            data, kind="frame", rows=data.rows or Rows(next(self._numbers)), fits=data.all_fits() | extra, columns=()
        )

    def _modelling(
        self,
        expr: Call,
        method: str,
        receiver: Value,
        data: Value,
        args: list[Value],
        keywords: dict[str, Value],
        spot: Spot,
        at: _Context,
    ) -> Value | None:
        if method in ("fit", "fit_predict", "partial_fit"):
            rows = data.rows or Rows(next(self._numbers))
            trained = replace(receiver, trained=(rows, data.all_fits(), spot), id=next(self._numbers))
            key = _key(expr.func.base) if type(expr.func) is Attr else None
            if key is not None:
                at.env[key] = trained
            return trained
        if method in ("predict", "predict_proba", "decision_function", "predict_classes"):
            return Value("prediction", data.rows, data.all_fits(), model=receiver, spot=spot)
        if method in ("score", "evaluate"):
            self._judge(receiver, data, spot, at)
            return OTHER
        return receiver if method in ("set_params", "compile") else None

    # --- evaluation ---

    def _judged(self, values: Iterable[Value], spot: Spot, at: _Context) -> None:
        for value in values:
            if value.kind == "prediction" and value.model is not None:
                self._judge(value.model, value, spot, at)

    def _judge(self, model: Value, data: Value, spot: Spot, at: _Context) -> None:
        if model.trained is None:
            return
        self.trace.pairs += 1
        rows, fits, fitted = model.trained
        if data.rows is None:
            return
        split = self._dividing(rows, data.rows)
        if split is not None:
            self.trace.evaluations.append(
                Evaluation(
                    model.name,
                    at.site,
                    rows,
                    data.rows,
                    fits | data.all_fits(),
                    self.trace.splits.get(split),
                    fitted,
                    spot,
                    model.id,
                )
            )

    def _crossed(self, args: list[Value], keywords: dict[str, Value], spot: Spot, at: _Context) -> Value:
        model = args[0] if args else keywords.get("estimator", OTHER)
        data = args[1] if len(args) > 1 else keywords.get("X", OTHER)
        if model.kind == "model" and data.rows is not None:
            self.trace.pairs += 1
            inner = Rows(next(self._numbers), data.rows)
            self.trace.evaluations.append(
                Evaluation(model.name, at.site, inner, inner, data.all_fits(), None, spot, spot, model.id, folds=True)
            )
        return OTHER

    @staticmethod
    def _dividing(trained: Rows, tested: Rows) -> int | None:
        """The split that put the two on different sides, if one did."""
        sides = {rows.split: rows.part for rows in trained.lineage() if rows.part >= 0}
        return next(
            (
                rows.split
                for rows in tested.lineage()
                if rows.part >= 0 and sides.get(rows.split, rows.part) != rows.part
            ),
            None,
        )


@dataclass
class _Context:
    site: Site
    env: dict[str, Value]
    depth: int
    returned: list[Value]


def _key(expr: Expr) -> str | None:
    """The environment's key of a name or a plain attribute of one."""
    if type(expr) is Name:
        return expr.id
    if type(expr) is Attr and type(expr.base) is Name and expr.name not in _KEEPS:
        return f"{expr.base.id}.{expr.name}"
    return None


_MAKERS: dict[Role, Callable[[Interpreter, Call, Entry, str, list[Value], Spot], Value]] = {
    Role.TRANSFORMER: Interpreter._transformer,
    Role.FEATURE_SELECT: Interpreter._transformer,
    Role.ESTIMATOR: Interpreter._estimator,
    Role.TUNE: Interpreter._estimator,
    Role.COMPOSE: Interpreter._composed,
    Role.SPLIT: Interpreter._split,
}

_STATEMENTS: dict[type, Callable[[Interpreter, Any, _Context], None]] = {
    Assign: Interpreter._assign,
    Do: Interpreter._do,
    Return: Interpreter._return,
    If: Interpreter._if,
    Loop: Interpreter._loop,
    With: Interpreter._with,
    Try: Interpreter._try,
}

_EXPRESSIONS: dict[type, Callable[[Interpreter, Any, _Context], Value]] = {
    Name: Interpreter._name,
    Attr: Interpreter._attr,
    Item: Interpreter._item,
    Call: Interpreter._call,
    Op: Interpreter._op,
    Group: Interpreter._group,
    Table: Interpreter._table,
    Choice: Interpreter._choice,
    Opaque: Interpreter._opaque,
    Walrus: Interpreter._walrus,
}
