"""What the name of a path says."""

from __future__ import annotations

from auditor.model.regex import regex

_KINDS = {
    "script": [".py", ".ipynb", ".sh", ".bash", ".r", ".R", ".jl", ".scala", ".sql"],
    "config": [".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env"],
    "model": [
        ".pkl",
        ".pickle",
        ".joblib",
        ".h5",
        ".hdf5",
        ".keras",
        ".pt",
        ".pth",
        ".onnx",
        ".ckpt",
        ".pb",
        ".tflite",
        ".safetensors",
        ".bin",
        ".mlmodel",
        ".cbm",
    ],
    "report": [".html", ".pdf", ".svg", ".md"],
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}
_FILE_NAME = regex(r"[\w%*{}. -]*\.[A-Za-z][A-Za-z0-9]{0,9}$")
_LOOKS_URI = regex(r"[A-Za-z][A-Za-z0-9+.-]+://")


def kind_of_path(path: str) -> str:
    """The kind of artefact that a name suggests: script, config, model, report, else dataset."""
    name = path.rpartition("/")[2]
    return _BY_SUFFIX.get(name[name.rfind(".") :], "dataset") if "." in name else "dataset"


def looks_like_path(text: str) -> bool:
    """Whether a word names a file or folder rather than a plain name: it has a slash or a suffix."""
    return "/" in text or bool(_FILE_NAME.fullmatch(text))


def is_uri(text: str) -> bool:
    """Whether a text begins with a scheme."""
    return bool(_LOOKS_URI.match(text))
