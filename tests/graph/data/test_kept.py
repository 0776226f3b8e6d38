"""Data that git itself holds."""

from __future__ import annotations

import pytest

from tests.pages import graphs

MB = 1_000_000


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("data/raw.csv", True, id="by its suffix"),
        pytest.param("weights.pt", True, id="a model"),
        pytest.param("session.RData", True, id="a saved session"),
        pytest.param("data/digits/train-images-idx3-ubyte", True, id="by the folder it lies in"),
        pytest.param("ratings/data/u1.base", True, id="a format of its own"),
        pytest.param("tools/u1.base", False, id="elsewhere, of no known kind"),
        pytest.param("data/README", False, id="a document beside the data"),
        pytest.param("data/paper.pdf", False, id="a paper beside the data"),
        pytest.param("data/load.py", False, id="code beside the data"),
        pytest.param("tests/data/u1.base", False, id="what tests need"),
    ],
)
def test_what_is_data(path: str, *, found: bool) -> None:
    files = {"a.py": "x = 1\n", path: "1\n"}
    (component,) = graphs(files, sizes={path: 8 * MB}, archetypes="P").components
    blobs = component.blobs()
    assert [blob.path for blob in blobs.found] == ([path] if found else [])
    assert blobs.total == (8 * MB if found else 0)
