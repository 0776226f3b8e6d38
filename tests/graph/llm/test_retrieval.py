"""Which vector stores are asked with other embeddings than they were filled with: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph.llm.retrieval import Retrieval
from tests.pages import graphs

IMPORTS = "from langchain_community.vectorstores import FAISS\nfrom langchain_openai import OpenAIEmbeddings\n\n"
FILL = IMPORTS + "FAISS.from_texts(['a'], OpenAIEmbeddings({filled})).save_local('index/book')\n"
ASK = (
    IMPORTS
    + "def ask(text):\n    store = FAISS.load_local('{store}', OpenAIEmbeddings({asked}))\n    return store.similarity_search(text)\n"
)
SERVE = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/x')\n"


def ask(filled: str, asked: str, store: str = "index/book", more: dict[str, str] | None = None) -> Retrieval:
    files = {"fill.py": FILL.format(filled=filled), "ask.py": ASK.format(asked=asked, store=store), **(more or {})}
    (graph,) = graphs(files, archetypes="A").components
    return graph.retrieval()


def test_two_models_for_one_store() -> None:
    (skew,) = ask("model='small'", "model='large'").skewed
    assert (skew.store, skew.filled.model, skew.asked.model) == ("index/book", "small", "large")


@pytest.mark.parametrize(
    ("filled", "asked", "store"),
    [
        pytest.param("model='small'", "model='small'", "index/book", id="the same model"),
        pytest.param("model='small'", "model='large'", "index/other", id="another store"),
        pytest.param("", "model='large'", "index/book", id="the default may be the same"),
        pytest.param("model='maker/small'", "model='small'", "index/book", id="the same model by its full name"),
    ],
)
def test_no_skew(filled: str, asked: str, store: str) -> None:
    assert not ask(filled, asked, store).skewed


def test_a_model_that_is_decided_elsewhere_is_unknown() -> None:
    found = ask("model=input()", "model='large'")
    assert (found.skewed, found.unknown) == ((), 1)


def orphans(files: dict[str, str]) -> list[str]:
    (graph,) = graphs(files, archetypes="A").components
    return [orphan.store for orphan in graph.retrieval().orphans]


SERVICE = SERVE + ASK.format(asked="model='small'", store="index/book").removeprefix(IMPORTS)


def test_a_store_that_nothing_fills() -> None:
    assert orphans({"app.py": IMPORTS + SERVICE}) == ["index/book"]
    assert orphans({"app.py": IMPORTS + SERVICE, "fill.py": FILL.format(filled="")}) == []
    assert orphans({"app.py": IMPORTS + SERVICE, "tests/test_a.py": FILL.format(filled="")}) == []
