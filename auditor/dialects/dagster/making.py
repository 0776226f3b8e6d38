"""Assets as decorators and calls make them: which keys they have and what they are given."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.dagster.assets import Asset, Dep, Key, Keys, Spec, joined, members
from auditor.dialects.flowing import Flowing, Unit
from auditor.dialects.symbolic.things import Arguments, Function, Items, Made, Table, Thing, Where, options
from auditor.model.ir import Expr, Item
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import last_name

SEVERAL = frozenset({"multi_asset", "multi_observable_source_asset", "graph_multi_asset"})
_NO_DATA = ("Resource", "Client", "Context", "Config", "Session", "Engine")


class Maker:
    """Makes the assets of a tree and keeps them."""

    def __init__(self, meaning: Flowing, keys: Keys) -> None:
        self.meaning = meaning
        self.machine = keys.machine
        self.keys = keys
        self.specs: list[Spec] = []
        self.assets: list[Asset] = []
        self._seen: dict[tuple[object, ...], Asset] = {}

    def asset(self, how: str, given: Arguments, func: Thing, where: Where) -> Asset:
        """The asset, or the assets, of a function."""
        name = self.meaning.name_of(func)
        made = Asset("graph" if how.startswith("graph") else "asset", name, func, where)
        made.deps = [*self.keys.deps(given.get("deps")), *self.keys.deps(given.get("non_argument_deps"))]
        if made.kind == "graph":
            made.unit = Unit("flow", func, Arguments(), where)
        said = self.meaning.text(given.get("name", 0))
        if how in SEVERAL:
            made.specs = list(self._outputs(given, where))
            made.name = said or name
        elif not how.endswith("_assets"):  # those are what a project of dbt or a source of dlt holds
            key = self.keys.named(given, said or name)
            made.specs = [self.spec(key, given, where)] if key is not None else []
            made.name = key.text if key is not None else name
        return self._kept(made, given)

    def notebook(self, given: Arguments, where: Where) -> Asset:
        """The asset of a notebook, `define_dagstermill_asset`."""
        name = self.meaning.text(given.get("name", 0))
        key = self.keys.named(given, name)
        shown = key.text if key is not None else name
        made = Asset("asset", shown, None, where, [self.spec(key, given, where)] if key is not None else [])
        return self._kept(made, given)

    def check(self, given: Arguments, func: Thing, where: Where) -> Asset:
        """A check of an asset."""
        name = self.meaning.text(given.get("name")) or self.meaning.name_of(func)
        made = Asset("check", name, func, where)
        made.deps = [*self.keys.one(given.get("asset", 0)), *self.keys.deps(given.get("additional_deps"))]
        texts = [
            text
            for dep in made.deps
            for text in ([dep.text] if isinstance(dep, Key) else [one.bare for one in members(dep)])
        ]
        checked = {text.rpartition("/")[2] for text in texts}
        self._kept(made, given)
        made.ins = {name: dep for name, dep in made.ins.items() if name not in checked}
        return made

    def external(self, args: Arguments, where: Where) -> Spec | None:
        """`AssetSpec("key")`, `SourceAsset(key=…)`."""
        first = args.get("key", 0)
        key = self.keys.path(first) if first is not None else None
        prefix = args.get("key_prefix")
        whole = joined([self.keys.path(prefix), key]) if prefix is not None else key
        return self.spec(whole, args, where) if whole is not None and key is not None else None

    def spec(self, key: Key, given: Arguments, where: Where) -> Spec:
        """One asset with its options."""
        said = given.get("kinds") or given.get("compute_kind")
        made = Spec(
            key, where, list(self.keys.deps(given.get("deps"))), self.meaning.text(given.get("group_name")),
            frozenset(self.meaning.shown(said)),
            given.get("automation_condition") or given.get("auto_materialize_policy"),
        )  # fmt: skip
        self.specs.append(made)
        return made

    def _kept(self, made: Asset, given: Arguments) -> Asset:
        """An asset, once: a function that makes it may be called by several modules."""
        place = (made.kind, made.name, made.where.path, made.where.line, *(spec.key.text for spec in made.specs))
        same = self._seen.setdefault(place, made)
        if same is not made:
            self.specs = [spec for spec in self.specs if spec not in made.specs or spec in same.specs]
            same.deps += made.deps
            return same
        for spec in made.specs:
            spec.owner = made
        made.ins = dict(self._inputs(given, made.func))
        self.assets.append(made)
        return made

    def _outputs(self, given: Arguments, where: Where) -> Iterator[Spec]:
        """The assets of a function that makes several."""
        for option in options(given.get("specs")):
            for item in option.items if isinstance(option, Items) else (option,):
                yield from (one for one in options(item) if isinstance(one, Spec))
        for option in options(given.get("outs")):
            for name, out in option.entries.items() if isinstance(option, Table) else ():
                said = next((one.args for one in options(out) if isinstance(one, Made)), Arguments())
                prefix = said.get("key_prefix", 0)
                own = Key(str(name), 0.95)
                key = self.keys.path(said.get("key"))
                key = key or (joined([self.keys.path(prefix), own]) if prefix is not None else own)
                if key is not None:
                    spec = self.spec(key, said, where)
                    spec.group = spec.group or self.meaning.text(given.get("group_name"))
                    yield spec

    # --- inputs ---

    def _inputs(self, given: Arguments, func: Thing) -> Iterator[tuple[str, Dep]]:
        """What the arguments of a function are, by name: what `ins` says, else an asset of that name."""
        told: dict[str, Dep] = {}
        for option in options(given.get("ins")):
            for name, one in option.entries.items() if isinstance(option, Table) else ():
                told.update((str(name), dep) for dep in self._input(str(name), one))
        yield from told.items()
        if not isinstance(func, Function):
            return
        for number, param in enumerate(self.machine.code.scope(*func.local).params):
            plain = param.kind not in ("args", "kwargs") and param.default is None and param.name not in told
            first = number == 0 and (param.name.startswith("_") or param.name == "context")
            if plain and not first and not self._no_data(param.annotation, func.local):
                yield param.name, Key(param.name, 0.9)

    def _input(self, name: str, thing: Thing) -> Iterator[Dep]:
        """`AssetIn(key=…)`, `AssetIn(key_prefix=…)`, a key."""
        for option in options(thing):
            if not isinstance(option, Made) or option.dotted.rpartition(".")[2] not in ("AssetIn", "In"):
                yield from self.keys.one(option)
                continue
            first = option.args.get("key", 0) or option.args.get("asset_key")
            prefix = option.args.get("key_prefix")
            if first is not None:
                yield from self.keys.one(first)
            elif prefix is None:
                yield Key(name, 0.95)
            elif (key := self.keys.path(prefix)) is not None:
                yield Key(f"{key.text}/{name}", key.trust)

    def _no_data(self, annotation: Expr | None, local: Local) -> bool:
        """Whether an argument is a resource, a configuration or a context, by its annotation."""
        if annotation is None:
            return False
        base = annotation.base if type(annotation) is Item else annotation
        denoter = self.machine.resolved.evaluator.denoter
        frame = Frame(local.path, max(self.machine.code.scope(*local).parent, 0))
        denoted = denoter.denote(base, frame)
        if type(denoted) is Local:
            return any(name.startswith("dagster") for name in denoter.ancestry(denoted))
        spelled = last_name(base)
        name = denoter.dotted(base, frame) or spelled
        last = name.rpartition(".")[2]
        return last.startswith("Resource") or last.endswith(_NO_DATA) or name.startswith("dagster.")
