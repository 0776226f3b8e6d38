"""What the models of a component are asked about, as far as its requests or libraries tell: text, sound or pictures, and no tables."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.operation.handling import Handler, handlers
from auditor.graph.world import World
from auditor.model.ir import Assign, Expr, Name
from auditor.model.regex import regex
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import within

_TABLES = frozenset({
    "pandas", "polars", "pyspark", "dask", "modin", "cudf", "vaex", "datatable", "sqlalchemy", "duckdb", "sklearn", "xgboost", "lightgbm",
    "catboost", "statsmodels", "geopandas", "awswrangler", "feast",
})  # fmt: skip
_RAW = {
    "sound": frozenset({"soundfile", "librosa", "torchaudio", "whisper", "pydub", "audioread", "webrtcvad", "g2p_en"}),
    "text": frozenset({
        "transformers", "tokenizers", "sentence_transformers", "sentencepiece", "spacy", "nltk", "gensim", "fasttext", "flair", "stanza",
        "torchtext", "tiktoken",
    }),
    "pictures": frozenset({
        "PIL", "cv2", "torchvision", "skimage", "albumentations", "imageio", "ultralytics", "timm", "detectron2", "pydicom", "nibabel",
    }),
}  # fmt: skip
"""Libraries that take raw input apart, by its kind."""


_TEXT = regex(
    r"(^|_)(texts?|review|sentence|message|comment|content|document|paragraph|article|headline|tweet|email|question|query)(_|$)"
)
"""Names of fields that hold what somebody wrote."""
_PLAIN = frozenset(
    {"str", "Optional", "Annotated", "list", "List", "None", "constr", "StrictStr", "Field", "Body", "Query", ""}
)


def raw_input(world: World, owned: Callable[[str], bool]) -> str:
    """`sound`, `text` or `pictures` where product code takes such apart and uses no library for tables, `text` where all that requests
    hold is text; "" otherwise.

    Of several kinds the first: speech is made of text, and what tells sound apart needs words as well.
    """
    own = (roots for path, roots in world.imported_roots.items() if owned(path) and places.is_product(path))
    used = frozenset[str]().union(*own)
    if used & _TABLES:
        asked = [_fields(world, handler) for handler in handlers(world, owned)]
        return "text" if asked and all(map(_are_text, asked)) else ""
    return next((kind for kind, roots in _RAW.items() if used & roots), "")


def _fields(world: World, handler: Handler) -> dict[str, Expr | None]:
    """The fields of what an endpoint takes in, with their types: parameters, in place of a class of the project what it declares."""
    code, site = world.resolved.code, handler.endpoint.site
    frame = Frame(site[0], max(code.scope(*site).parent, 0))
    found: dict[str, Expr | None] = {}
    for param in handler.endpoint.params:
        cls = world.resolved.evaluator.denoter.denote(param.annotation, frame) if param.annotation else None
        if type(cls) is Local and code.scope(cls.path, cls.scope).kind == "class":
            declared = (each for each in code.scope(cls.path, cls.scope).body if type(each) is Assign)
            found |= {t.id: each.annotation for each in declared for t in each.targets if type(t) is Name}
        else:
            found[param.name] = param.annotation
    return found


def _are_text(fields: dict[str, Expr | None]) -> bool:
    """Whether all fields are texts, and one is called what people write."""
    types = (part for kind in fields.values() if kind is not None for part in within(kind))
    return all(fields.values()) and any(map(_TEXT.search, fields)) and {last_name(part) for part in types} <= _PLAIN
