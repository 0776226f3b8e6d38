"""Questions about outside suppliers: from how many modules the client of one is called, and whether one module stands for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.entangled import reexports
from auditor.graph.world import World
from auditor.model.ir import Call, Const, Expr
from auditor.model.place import Place
from auditor.program.naming.code import Code, Frame

VENDORS = {
    "AWS": ("boto3", "botocore", "sagemaker", "aioboto3"),
    "Google Cloud": ("google.cloud", "vertexai", "google.auth"),
    "Azure": ("azure", "azureml", "msal"),
    "Databricks": ("databricks",),
    "Snowflake": ("snowflake",),
    "OpenAI": ("openai",),
    "Anthropic": ("anthropic",),
    "Cohere": ("cohere",),
    "Gemini": ("google.generativeai", "google.genai"),
    "Groq": ("groq",),
    "Mistral": ("mistralai",),
    "Replicate": ("replicate",),
    "Together": ("together",),
    "Pinecone": ("pinecone",),
    "Weaviate": ("weaviate",),
    "Chroma": ("chromadb",),
    "Qdrant": ("qdrant_client",),
    "Milvus": ("pymilvus",),
    "MLflow": ("mlflow",),
    "Weights & Biases": ("wandb",),
    "Neptune": ("neptune",),
    "Comet": ("comet_ml",),
    "ClearML": ("clearml",),
    "Aim": ("aim",),
    "Feast": ("feast",),
    "Hopsworks": ("hopsworks", "hsfs"),
}
"""Suppliers that could be changed, with the import roots of their clients. Frameworks that a project is built in are none."""
_BY_ROOT: dict[str, list[tuple[str, str]]] = {}
"""The clients by the first part of their names, each with its supplier."""
for _name, _clients in VENDORS.items():
    for _client in _clients:
        _BY_ROOT.setdefault(_client.partition(".")[0], []).append((_client, _name))

_ERRORS = ("Error", "Exception", "Warning")

FEWEST = 6
SHARE = 0.4
USERS = 3
"""Modules that import one which is made for a supplier, from which on it stands between for some."""


class Spread(msgspec.Struct, frozen=True):
    """The modules of a component that call the client of one supplier, with the first place in each.

    `adapter` is the module that stands for it where the rest go through that one; `standing_alone` were left out: modules
    deployed one by one, which cannot share. `bypassed` is a module made for the supplier, which some use and these go past.
    """

    vendor: str
    modules: tuple[tuple[str, Place], ...]
    among: int
    adapter: str | None
    standing_alone: int
    bypassed: str | None = None

    @property
    def share(self) -> float:
        """Share of the component's modules that call it."""
        return len(self.modules) / self.among if self.among else 0.0

    @property
    def sprawls(self) -> bool:
        """Whether so many modules call it, with none between."""
        return self.adapter is None and len(self.modules) >= FEWEST and self.share >= SHARE


def spreads(world: World, owned: Callable[[str], bool]) -> list[Spread]:
    """Every supplier whose client product modules of the component import, the most spread first."""
    modules = [
        path
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path) and path.endswith(".py") and _has_code(world, path)
    ]
    alone = {path for path in modules if _is_deployed_alone(world, path)}
    callers: dict[str, dict[str, Place]] = defaultdict(dict)
    for path in modules:
        for vendor, place in _vendors_of(world, path).items():
            callers[vendor][path] = place
    found = []
    for vendor, called in callers.items():
        counted = tuple((path, called[path]) for path in sorted(called) if path not in alone)
        names = [path for path, _ in counted]
        adapter = _adapter(world, names, modules)
        aside = sum(path in alone for path in called)
        spread = Spread(vendor, counted, len(modules) - len(alone), adapter, aside)
        bypassed = _made_for(world, vendor, names, modules) if spread.sprawls else None
        found.append(msgspec.structs.replace(spread, bypassed=bypassed))
    return sorted(found, key=lambda s: (-len(s.modules), s.vendor))


def _has_code(world: World, path: str) -> bool:
    return world.resolved.code.programs[path].logical > 0 and not reexports(world, path)


def _vendors_of(world: World, path: str) -> dict[str, Place]:
    """The suppliers whose client a module calls, each with the first import; raising or catching its errors is no call."""
    found: dict[str, Place] = {}
    code = world.resolved.code
    for number in code.scopes(path) if not world.imported_roots[path].isdisjoint(_BY_ROOT) else ():
        for statement, _, dead in code.index(path, number).imports:
            for imported in statement.names if not dead and not statement.level else ():
                vendor = _vendor(f"{imported.module}.{imported.name}".rstrip("."))
                if vendor is not None:
                    found.setdefault(vendor, code.place(path, statement.line))
    called = _called(world, path, found) if found else set[str]()
    if "OpenAI" in called and _asks_elsewhere(world, path):
        called.discard("OpenAI")
    return {vendor: place for vendor, place in found.items() if vendor in called}


def _asks_elsewhere(world: World, path: str) -> bool:
    """Whether every client that a module makes is given the address of another server: then it is a protocol, no supplier."""
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    made = [
        dict(site.call.keywords).get("base_url")
        for number in code.scopes(path)
        for site in code.index(path, number).calls
        if (denoter.dotted(site.call.func, Frame(path, number, block=site.block)) or "") in _CLIENTS
    ]
    return bool(made) and all(given is not None and not _is_hosted(given) for given in made)


_CLIENTS = frozenset({"openai.OpenAI", "openai.AsyncOpenAI"})


def _is_hosted(address: Expr) -> bool:
    """Whether an address is written out and that of somebody on the web."""
    return type(address) is Const and isinstance(address.value, str) and address.value.startswith("https://")


def _called(world: World, path: str, wanted: Collection[str]) -> set[str]:
    """The suppliers of whom a module calls something, errors left out; until those that are wanted are found."""
    found: set[str] = set()
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    for number in code.scopes(path):
        for func, frame in _named(code, path, number):
            dotted = denoter.dotted(func, frame) or ""
            vendor = _vendor(dotted)
            if vendor is not None and not dotted.endswith(_ERRORS):
                found.add(vendor)
                if found.issuperset(wanted):
                    return found
    return found


def _named(code: Code, path: str, number: int) -> Iterator[tuple[Expr, Frame]]:
    """What a scope calls, and what it is decorated with and derived from."""
    scope = code.scope(path, number)
    around = Frame(path, max(scope.parent, 0))
    yield from ((d.func if type(d) is Call else d, around) for d in scope.decorators)
    yield from ((base, around) for base in scope.bases)
    yield from ((site.call.func, Frame(path, number, block=site.block)) for site in code.index(path, number).calls)


def _vendor(module: str) -> str | None:
    for root, vendor in _BY_ROOT.get(module.partition(".")[0], ()):
        if module == root or module.startswith(f"{root}."):
            return vendor
    return None


def _is_deployed_alone(world: World, path: str) -> bool:
    """A function of a cloud, deployed from its own file: it takes an event and a context, or is registered as one."""
    for scope in world.resolved.code.programs[path].scopes:
        names = [param.name for param in scope.params[:2]]
        if (
            scope.parent == 0
            and scope.kind == "function"
            and names in (["event", "context"], ["event", "_context"], ["event", "_"])
        ):
            return True
    return any("functions_framework" in text for text in _imports(world, path))


def _imports(world: World, path: str) -> list[str]:
    return [
        imported.module
        for statement, _, _ in world.resolved.code.index(path, 0).imports
        for imported in statement.names
    ]


def _adapter(world: World, callers: list[str], modules: list[str]) -> str | None:
    """A caller that most of the modules reach the supplier through: more import it than call the client themselves."""
    for path in callers:
        through = [
            other for other in modules if other not in callers and path in world.resolved.effects.imports.get(other, ())
        ]
        if len(through) >= max(len(callers) - 1, 1):
            return path
    return None


def _made_for(world: World, vendor: str, callers: list[str], modules: list[str]) -> str | None:
    """The caller that most others import, of those whose functions mostly call the supplier; None where few import any.

    Those that derive from its classes are left out: they are of its kind, and call nothing through it.
    """
    effects = world.resolved.effects
    derived = {(cls.path, base.path) for cls, bases in effects.bases.items() for base in bases}
    users = {
        path: sum(path in effects.imports.get(each, ()) and (each, path) not in derived for each in modules)
        for path in callers
    }
    made = [path for path in callers if users[path] >= USERS and _is_about(world, path, vendor)]
    return max(made, key=lambda path: users[path], default=None)


def _is_about(world: World, path: str, vendor: str) -> bool:
    """Whether at least half of the functions of a module call a supplier."""
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    functions = [number for number in code.scopes(path) if code.scope(path, number).kind == "function"]
    calling = sum(
        any(_vendor(denoter.dotted(func, frame) or "") == vendor for func, frame in _named(code, path, number))
        for number in functions
    )
    return bool(functions) and calling * 2 >= len(functions)
