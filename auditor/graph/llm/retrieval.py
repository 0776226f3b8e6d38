"""Questions about retrieval: whether an index is asked with the embeddings that it was filled with, and who can fill it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_

import msgspec

from auditor.graph import places
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.ir import Attr, Call
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.condensed import places_of
from auditor.program.naming.code import Frame, Instance, Library

_STORES = (
    "chromadb", "faiss", "pinecone", "qdrant_client", "weaviate", "pymilvus", "lancedb", "pgvector", "elasticsearch", "opensearchpy", "annoy",
    "hnswlib", "langchain", "llama_index", "langchain_community", "langchain_chroma", "langchain_pinecone", "langchain_qdrant", "langchain_weaviate",
    "langchain_postgres", "langchain_milvus", "langchain_elasticsearch", "langchain_core", "haystack", "redisvl", "usearch", "marqo",
)  # fmt: skip
_FILLING = frozenset({
    "from_documents", "afrom_documents", "from_texts", "afrom_texts", "from_embeddings", "add_documents", "aadd_documents", "add_texts", "aadd_texts",
    "upsert", "upsert_points", "upload_points", "upload_collection", "insert_nodes", "add_with_ids", "save_local", "write_index", "bulk_insert",
    "create_documents_index", "add_embeddings", "write_documents", "add", "insert", "load_data_into",
})  # fmt: skip
_ASKING = frozenset({
    "similarity_search", "asimilarity_search", "similarity_search_with_score", "similarity_search_by_vector", "max_marginal_relevance_search",
    "similarity_search_with_relevance_scores", "as_retriever", "as_query_engine", "as_chat_engine", "near_vector", "near_text", "query_points",
    "query", "search", "hybrid_search", "knn_search", "get_nns_by_vector",
})  # fmt: skip
_VAGUE = frozenset({"add", "insert", "query", "search", "upsert"})
"""Names that count only where what is called is known to be a store."""
_NAMES = frozenset({
    "collection_name", "index_name", "persist_directory", "path", "folder_path", "fname", "table_name", "name", "index", "uri", "db_path",
})  # fmt: skip
_LOCAL = ("persist_directory", "folder_path", "path")
_MODEL = ("model", "model_name", "model_id", "model_name_or_path", "deployment", "embedding_model")


class Embedder(msgspec.Struct, frozen=True):
    """What turns texts into vectors: its class or call, and the model it names ("" for the default of its library)."""

    kind: str
    model: str
    place: Place


class Skew(msgspec.Struct, frozen=True):
    """A store that one program fills with the vectors of one model, and another asks with those of another."""

    store: str
    filled: Embedder
    asked: Embedder


class Orphan(msgspec.Struct, frozen=True):
    """A store in a folder that a service asks, and that nothing in the repository fills."""

    store: str
    place: Place


class Retrieval(msgspec.Struct, frozen=True):
    """How the stores of a component are used: those asked with other vectors, those that nothing fills, and how many are asked."""

    skewed: tuple[Skew, ...]
    orphans: tuple[Orphan, ...]
    asked: int
    unknown: int


class ScopeUse(msgspec.Struct, frozen=True):
    """What one scope does with stores; `told` where the model of each of its embedders is known."""

    number: int
    fills: bool
    asks: bool
    stores: tuple[tuple[str, Place], ...]
    embedders: tuple[Embedder, ...]
    told: bool


class FileUse(msgspec.Struct, frozen=True):
    """Whether a file imports a library of stores or of embeddings, and what its scopes do with stores."""

    knows: bool = False
    scopes: tuple[ScopeUse, ...] = ()


class _Use(msgspec.Struct, frozen=True):
    """What one program does with stores."""

    program: str
    fills: bool
    asks: bool
    stores: dict[str, Place]
    embedders: tuple[Embedder, ...]
    told: bool


def retrieval(world: World, owned: Callable[[str], bool]) -> Retrieval:
    """How the programs of a component fill and ask vector stores."""
    uses = world.once(_uses)
    asking = [use for use in uses if use.asks and owned(use.program)]
    skewed: dict[tuple[str, str], Skew] = {}
    unknown = 0
    for use in asking:
        for other in uses:
            shared = sorted(use.stores.keys() & other.stores.keys())
            if other is use or not other.fills or use.fills or not shared:
                continue
            if not (use.told and other.told):
                unknown += 1
            elif found := _apart(other.embedders, use.embedders):
                skewed.setdefault((shared[0], use.program), Skew(shared[0], *found))
    return Retrieval(tuple(skewed.values()), tuple(_orphans(world, uses, asking)), len(asking), unknown)


def _apart(filling: tuple[Embedder, ...], asking: tuple[Embedder, ...]) -> tuple[Embedder, Embedder] | None:
    """The two embedders, where no model of the one side can be one of the other."""
    if not filling or not asking:
        return None
    for one in filling:
        for other in asking:
            if one.model.rpartition("/")[2] == other.model.rpartition("/")[2]:
                return None
            if not (one.model and other.model):
                return None  # the default of a library may be the model that the other side names
    return filling[0], asking[0]


def _orphans(world: World, uses: tuple[_Use, ...], asking: list[_Use]) -> Iterator[Orphan]:
    """Stores in folders that services ask, in a repository in which nothing fills any."""
    if any(use.fills for use in uses) or world.once(_fills_anywhere):
        return
    services = set(serving_programs([use.program for use in asking], world.resolved, world.lineage))
    for use in asking:
        for store, place in sorted(use.stores.items()):
            if use.program in services and "/" in store and store not in world.identities.tree:
                yield Orphan(store, place)


def _uses(world: World) -> tuple[_Use, ...]:
    code, effects = world.resolved.code, world.resolved.effects
    seen = {path: world.seen(STORES, path) for path in code.paths}
    table = {(path, use.number): use for path, file in seen.items() if file.knows for use in file.scopes}
    if not table:
        return ()
    sites = sorted(table)
    led = effects.gathered({site: 1 << number for number, site in enumerate(sites)})
    imported = {target for targets in effects.imports.values() for target in targets}
    entries, found = frozenset(world.lineage.entries), []
    for program in code.paths:
        if places.is_product(program) and (program in entries or program not in imported):
            used = reduce(or_, (led((program, number)) for number in code.scopes(program)), 0)
            use = _use(program, [table[sites[number]] for number in places_of(used)]) if used else None
            if use is not None:
                found.append(use)
    return tuple(found)


def _use(program: str, used: list[ScopeUse]) -> _Use | None:
    fills, asks = any(use.fills for use in used), any(use.asks for use in used)
    stores = {store: place for use in used for store, place in use.stores}
    embedders = tuple(embedder for use in used for embedder in use.embedders)
    return _Use(program, fills, asks, stores, embedders, all(use.told for use in used)) if fills or asks else None


def _file_use(world: Sight, path: str) -> FileUse:
    if not _knows_stores(world, path):
        return FileUse()
    return FileUse(True, tuple(_scope_use(world, (path, number)) for number in world.resolved.code.scopes(path)))


STORES = Look("stores", _file_use, FileUse)
"""What a program does with vector stores."""


def _scope_use(world: Sight, site: Site) -> ScopeUse:
    fills = asks = False
    stores: list[tuple[str, Place]] = []
    embedders: list[Embedder] = []
    told = True
    for call, dotted in _calls(world, site):
        name = call.func.name if type(call.func) is Attr else dotted.rpartition(".")[2]
        store = dotted.startswith(_STORES)
        fills |= name in _FILLING and (store or name not in _VAGUE)
        asks |= name in _ASKING and (store or name not in _VAGUE)
        if store or name in (_FILLING | _ASKING) - _VAGUE:
            stores += _names(world, site, call)
        if _embeds(dotted, call):
            embedder = _embedder(world, site, call, dotted)
            embedders += [embedder] if embedder is not None else []
            told &= embedder is not None
    return ScopeUse(site[1], fills, asks, tuple(stores), tuple(embedders), told)


def _knows_stores(world: Sight, path: str) -> bool:
    """Whether a file imports a library of vector stores or of embeddings."""
    return any(
        imported.module.startswith((*_STORES, "sentence_transformers", "openai"))
        for statement, _, _ in world.resolved.code.index(path, 0).imports
        for imported in (statement.names if not statement.level else ())
    )


def _fills_anywhere(world: World) -> bool:
    """Whether anything in the tree, tests and notebooks included, has the name of something that fills a store."""
    names = _FILLING - {"add", "insert"}
    return any(
        type(call.func) is Attr and call.func.name in names
        for path in world.resolved.code.paths
        for _, call in world.resolved.code.calls(path)
    )


def _calls(world: Sight, site: Site) -> Iterator[tuple[Call, str]]:
    """The calls of a scope with the qualified name of what they call, or of the class whose method it is; "" where unknown."""
    denoter = world.resolved.evaluator.denoter
    for found in world.resolved.code.index(*site).calls:
        frame = Frame(*site, block=found.block)
        func = found.call.func
        known = denoter.denote(func, frame)
        if type(known) is Library:
            yield found.call, known.dotted
            continue
        base = denoter.denote(func.base, frame) if type(func) is Attr else None
        of = base.of if type(base) is Instance and isinstance(base.of, str) else ""
        yield found.call, of


def _names(world: Sight, site: Site, call: Call) -> Iterator[tuple[str, Place]]:
    """The names and folders of stores that a call says."""
    frame = Frame(*site)
    given = [value for name, value in call.keywords if name in _NAMES]
    given += list(call.args[:1]) if type(call.func) is Attr and call.func.name in _BY_NAME else []
    for value in given:
        for text in world.resolved.evaluator.values(value, frame):
            if text.exact and len(text.text()) > 2:
                yield text.text().rstrip("/").removeprefix("./"), world.resolved.code.place(site[0], call.line)


_BY_NAME = frozenset({"load_local", "save_local", "read_index", "PersistentClient", "get_collection", "get_or_create_collection", "create_collection", "Index"})  # fmt: skip


def _embeds(dotted: str, call: Call) -> bool:
    last = dotted.rpartition(".")[2]
    if dotted.startswith("sentence_transformers.") and last == "SentenceTransformer":
        return type(call.func) is not Attr or call.func.name == "SentenceTransformer"
    made = type(call.func) is not Attr or call.func.name == last
    return made and last.endswith(("Embeddings", "Embedding", "EmbeddingFunction")) and dotted.startswith(_STORES)


def _embedder(world: Sight, site: Site, call: Call, dotted: str) -> Embedder | None:
    """The model that is named; None where one is, and it is not known which."""
    given = next((value for name, value in call.keywords if name in _MODEL), None)
    if given is None and call.args:
        given = call.args[0]
    place = world.resolved.code.place(site[0], call.line)
    if given is None:
        return Embedder(dotted, "", place) if "" not in dict(call.keywords) else None
    texts = world.resolved.evaluator.values(given, Frame(*site))
    exact = [text.text() for text in texts if text.exact]
    return Embedder(dotted, exact[0], place) if len(exact) == len(texts) == 1 else None
