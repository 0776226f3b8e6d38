"""Kinds of files by their path: tests, examples, documentation, data, models, by-products."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from auditor.model.regex import regex
from auditor.program.naming.embedded import SIGN
from auditor.program.running.tests import is_test as is_test

_EXAMPLE = regex(
    r"(^|/)(examples?|samples?|demos?|tutorials?|docs?|documentation|benchmarks?|cookbooks?|how-?tos?|slides?|(?:code[_-])?snippets?)/"
    r"|(^|/)(examples?|demos?)([_-][^/]*)?\.(py|ipynb|sh)$|[_-](examples?|demos?)\.(py|ipynb|sh)$",
    re.I,
)
_BYPRODUCT = regex(
    r"(^|/)(logs?|cache|\.cache|tmp|temp|figures?|figs?|plots?|images?|img|wandb|mlruns|lightning_logs|runs|tensorboard|__pycache__)(/|$)"
    r"|(^|[/_.-])logs?\.(json|jsonl|csv|txt)$"
    r"|\.(log|png|jpe?g|svg|pdf|html?|gif|md|lock|pid|out|err)$",
    re.I,
)
_DATA = frozenset(
    ["csv", "tsv", "parquet", "feather", "arrow", "orc", "json", "jsonl", "ndjson", "xlsx", "xls", "h5", "hdf5", "hdf", "npy", "npz", "pkl", "pickle", "txt", "xml", "avro", "dta", "sav", "sas7bdat", "zip", "tar", "gz", "tgz", "bz2", "7z", "db", "sqlite", "sqlite3", "duckdb", "rds", "rdata", "rda", "mat", "tfrecord", "tfrecords", "lmdb", "wav", "mp3", "flac", "mp4", "avi", "nii", "dcm", "tif", "tiff", "geojson", "shp", "bin"]
)  # fmt: skip
_MODEL = frozenset({
    "pt", "pth", "ckpt", "h5", "hdf5", "keras", "pb", "onnx", "tflite", "joblib", "pkl", "pickle", "model",
    "bst", "cbm", "safetensors", "gguf", "ggml", "mar", "pmml", "bin", "sav", "params", "weights", "caffemodel",
    "torchscript", "mlmodel",
})  # fmt: skip
_MODEL_WORDS = regex(
    r"(^|[/_.-])(models?|weights?|checkpoints?|ckpts?|estimator|classifier|regressor|scaler|encoder|tokenizer|vectorizer)([/_.\d-]|$)",
    re.I,
)


_DATA_WORDS = regex(
    r"(^|[/_.-])(data|datasets?|train(ing)?|test|valid(ation)?|val|dev|features?|targets?|labels?|[xy]|df|frames?|raw|interim|processed|corpus|corpora)([/_.\d-]|$)",
    re.I,
)


READ = frozenset({"py", "ipynb", "yaml", "yml", "toml", "sh", "lock", "cfg", "ini"})
"""Suffixes of programs, notebooks and settings: what an audit of code needs; absent data are no hole in it."""


def is_test_by_name(path: str) -> bool:
    """Test code by the name of the file alone: it lies in no folder of tests."""
    folder, _, name = path.rpartition("/")
    return is_test(name) and not is_test(f"{folder}/")


@lru_cache(maxsize=100_000)
def is_example(path: str) -> bool:
    """Examples, documentation, benchmarks."""
    return bool(_EXAMPLE.search(path))


_CARD = regex(r"data[-_ ]?(card|sheet|dictionary|description)|codebook|dataset[-_]?info", re.I)


def is_card(path: str) -> bool:
    """A document about data, by its name."""
    return bool(_CARD.search(path.rpartition("/")[2]))


_DOCUMENTATION = regex(r"(^|/)(docs?|documentation)/", re.I)


@lru_cache(maxsize=100_000)
def is_documentation(path: str) -> bool:
    """In a folder of documentation."""
    return bool(_DOCUMENTATION.search(path))


_EXPLORATORY = regex(
    r"(^|[/_. -])(eda|explor\w*|scratch\w*|sandbox|playground|prototyp\w*|debug\w*|drafts?|untitled\d*)([/_. -]|$)|copy\d*\.ipynb$",
    re.IGNORECASE,
)

_EXPERIMENTS = regex(r"(^|/)experiments?/", re.IGNORECASE)


def is_exploratory(path: str) -> bool:
    """A notebook to look around in: copies, drafts, debugging, prototypes."""
    return path.endswith(".ipynb") and bool(_EXPLORATORY.search(path) or _EXPERIMENTS.search(path))


_OUT_OF_USE = r"archived?|deprecated|obsolete|attic|graveyard|old|bak|backups?|unused|trash"
_PUT_ASIDE = regex(rf"(^|/)(?:{_OUT_OF_USE}|arch|archives|legacy)/", re.I)


def is_put_aside(path: str) -> bool:
    """In a folder of what may not be run any more; `arch/` may mean architectures, and much that is called legacy still runs."""
    return bool(_PUT_ASIDE.search(path))


_MUSEUM = regex(
    rf"(?:{_OUT_OF_USE}|archives|legacy|originals?|previous|outdated|superseded|retired|historical)"
    r"(?:[_-](?:code|scripts?|src|source|notebooks?|pipelines?|implementations?|versions?|models?|files))?"
    r"|(?:code|scripts?|src|notebooks?|pipelines?)[_-](?:legacy|original|old|deprecated|obsolete|archived?)",
    re.I,
)


def museum_of(path: str) -> str:
    """The topmost folder on the way to a file that is called one of what was before; "" for none."""
    parts = path.split("/")[:-1]
    return next(
        ("/".join(parts[: at + 1]) for at, part in enumerate(parts) if _MUSEUM.fullmatch(part.lstrip("_."))), ""
    )


def is_among_notebooks(path: str) -> bool:
    """In a folder of notebooks."""
    return bool(re.search(r"(^|/)notebooks?/", path, re.IGNORECASE))


_APART = regex(
    rf"(^|/)[_.]?(?:{_OUT_OF_USE}|(?:archived?|deprecated|obsolete)[_-][^/]*|[^/]+[_-](?:archived?|deprecated|obsolete|unused)"
    r"|practice|exercises?|scratch|sandbox|playground|downloaded[_-]notebooks?)/",
    re.I,
)


@lru_cache(maxsize=100_000)
def is_apart(path: str) -> bool:
    """Code or settings in a folder that says it is out of use, or there to practise, and programs in their commands.

    Data may lie in `archive/`, as downloads do.
    """
    return suffix(path.partition(SIGN)[0]) in READ and bool(_APART.search(path))


_LEFT_OVER = regex(rf"[^/][_. -](?:broken|{_OUT_OF_USE})\d*\.(?:py|ipynb)$", re.I)


def is_left_over(path: str) -> bool:
    """A program whose own name says that it is out of use, or broken: it waits to be deleted."""
    return bool(_LEFT_OVER.search(path))


_SCRAP = regex(r"(^|/)[_.]?scraps?/", re.I)


def is_scrap(path: str) -> bool:
    """Code in a folder that says it is out of use, or of scraps: what it needs, nobody else does."""
    return is_apart(path) or (path.endswith(".ipynb") and bool(_SCRAP.search(path)))


_RECORDED = regex(r"(^|/)(mlruns|mlartifacts|lightning_logs|wandb/(?:offline-|latest-)?(?:run|sweep)[^/]*)/")


@lru_cache(maxsize=100_000)
def is_recorded(path: str) -> bool:
    """In a folder that a tracker of experiments fills: lists, settings and copies of code beside a logged model are nobody's work."""
    return bool(_RECORDED.search(path))


@lru_cache(maxsize=100_000)
def is_product(path: str) -> bool:
    """Neither tests nor examples, nor set apart, nor what a tracker wrote down: what the audited system consists of.

    Data and models that a tracker keeps count as those of any other folder.
    """
    if is_recorded(path) and (suffix(path) in READ or path.endswith("/requirements.txt")):
        return False
    return not (is_test(path) or is_example(path) or is_apart(path))


@lru_cache(maxsize=100_000)
def is_byproduct(path: str) -> bool:
    """Caches, logs, figures, temporary files: writing them couples nothing."""
    return bool(_BYPRODUCT.search(path))


_MADE = regex(
    r"(?:^|[._])(?:created|generated|written|produced|exported|recorded)_?(?:at|on|utc|time|date)(?:$|[._])", re.I
)
"""Keys by which a document says when a program wrote it."""


def is_record(keys: Iterable[str]) -> bool:
    """Whether the keys of a document say that it records what a program did: then nobody sets anything in it."""
    return any(map(_MADE.search, keys))


def suffix(path: str) -> str:
    """The last suffix in lower case, without the dot."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_data(path: str) -> bool:
    """A file that holds data, by its suffix."""
    return suffix(path) in _DATA


@lru_cache(maxsize=100_000)
def is_model(path: str) -> bool:
    """A file that holds a model, by its suffix and words."""
    kind = suffix(path)
    return kind in _MODEL and (kind not in _DATA or bool(_MODEL_WORDS.search(path)))


def holds_data(path: str) -> bool:
    """A file or folder whose name or folders speak of data or of a model."""
    return bool(_DATA_WORDS.search(path) or _MODEL_WORDS.search(path))


@lru_cache(maxsize=100_000)
def says_data(path: str) -> bool:
    """A file whose name or folders speak of data and of no model; for forms that can hold either, such as a pickle."""
    return bool(_DATA_WORDS.search(path)) and not _MODEL_WORDS.search(path)
