"""The hashes are those that the tools themselves wrote for these manifests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from auditor.language.lock_hash import pdm_hashes, pipfile_hash, poetry_hashes
from auditor.language.toml import read_toml


def digest(content: Any, **options: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, **options).encode()).hexdigest()


def test_poetry() -> None:
    root, _ = read_toml('[tool.poetry.dependencies]\npython = "^3.9"\n[tool.poetry.group.dev.dependencies]\na = "1"\n')
    assert root is not None
    old = {"dependencies": {"python": "^3.9"}, "source": None, "extras": None, "dev-dependencies": None}
    assert poetry_hashes(root) == (digest(old), digest({**old, "group": {"dev": {"dependencies": {"a": "1"}}}}))
    new, _ = read_toml('[project]\ndependencies = ["a"]\n[tool.poetry]\nname = "x"\n')
    assert new is not None
    assert digest({"project": {"dependencies": ["a"]}, "tool": {"poetry": {}}}) in poetry_hashes(new)


def test_pipenv_and_pdm() -> None:
    root, _ = read_toml(
        '[[source]]\nurl = "u"\nverify_ssl = true\n[packages]\na = "*"\n[requires]\npython_version = "3.9"\n'
    )
    assert root is not None
    meta = {"sources": [{"url": "u", "verify_ssl": True}], "requires": {"python_version": "3.9"}}
    assert pipfile_hash(root) == (digest({"_meta": meta, "default": {"a": "*"}, "develop": {}}, separators=(",", ":")),)
    pdm, _ = read_toml('[project]\ndependencies = ["a"]\nrequires-python = ">=3.9"\n')
    assert pdm is not None
    shared = {
        "sources": [],
        "dependencies": ["a"],
        "dev-dependencies": {},
        "optional-dependencies": {},
        "requires-python": ">=3.9",
    }
    assert pdm_hashes(pdm) == (digest({**shared, "resolution": {}}), digest({**shared, "overrides": {}}))
