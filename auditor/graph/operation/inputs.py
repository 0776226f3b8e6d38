"""What the models of a component are asked about, as far as its libraries tell: text, sound or pictures, where it works on no tables."""

from __future__ import annotations

from collections.abc import Callable

from auditor.graph import places
from auditor.graph.world import World

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


def raw_input(world: World, owned: Callable[[str], bool]) -> str:
    """`sound`, `text` or `pictures` where product code takes such apart and uses no library for tables; "" otherwise.

    Of several kinds the first: speech is made of text, and what tells sound apart needs words as well.
    """
    own = (roots for path, roots in world.imported_roots.items() if owned(path) and places.is_product(path))
    used = frozenset[str]().union(*own)
    return next((kind for kind, roots in _RAW.items() if used & roots), "") if not used & _TABLES else ""
