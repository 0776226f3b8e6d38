"""What the name of a container image says."""

from __future__ import annotations

from auditor.model.regex import regex

_PYTHON = regex(r"(?:^|[/_-])python(?:[-/\w]*)?:(?:v|python)?(\d(?:\.\d+){0,2})(?![\d.])")


def python_of(image: str) -> str:
    """The Python version that an image is made for by its name: `python:3.11-slim`, `cimg/python:3.9`; "" = not said."""
    found = _PYTHON.search(image.removeprefix("docker://"))
    return found.group(1) if found else ""
