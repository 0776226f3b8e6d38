"""The report in pages. Pango, which draws the text, comes from the system: without it these are passed over."""

from __future__ import annotations

import re
import sys
import zlib

import pytest

from auditor.formats import encode
from auditor.model.errors import UsageError
from tests.formats.sample_audits import PAGES, SAMPLES, empty, library


def _missing() -> str:
    try:
        import weasyprint  # noqa: F401  # whether it can be imported is the question
    except (ImportError, OSError) as error:
        return f"no PDF here: {error}"
    return ""


paper = pytest.mark.skipif(bool(_missing()), reason=_missing() or "can be set")


def unpacked(raw: bytes) -> bytes:
    """The file with its compressed objects beside it."""
    streams = re.findall(rb"stream\r?\n(x[\x01\x9c\xda].*?)\r?\nendstream", raw, re.DOTALL)
    return raw + b"".join(zlib.decompressobj().decompress(each) for each in streams)


@paper
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["empty", "library", "hostile"])
def test_it_is_an_accessible_document_that_loads_nothing(name: str) -> None:
    raw = encode(SAMPLES[name](), "pdf", PAGES)
    assert raw.startswith(b"%PDF-1.7")
    said = unpacked(raw)
    assert b"/MarkInfo" in said
    assert not re.search(rb"/(JavaScript|Launch|EmbeddedFile|SubmitForm)\b", said)


@paper
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_two_renderings_are_equal() -> None:
    assert encode(library(), "pdf", PAGES) == encode(library(), "pdf", PAGES)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"ml-debt-auditor\[pdf\]"):
        encode(empty(), "pdf", PAGES)
