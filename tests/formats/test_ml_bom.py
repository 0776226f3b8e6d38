"""The bill of materials: valid CycloneDX, honest about what it does not know."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from msgspec.structs import replace

from auditor.formats import render
from auditor.model.audit import Audit, Held
from tests.formats.sample_audits import BREAKOUTS, SAMPLES, service

RAW = Held("file:raw.csv", "data", "raw.csv", "raw.csv", "md5:22a1a2931c8370d3aeedd7183606fd7f", "content-hash")
MODEL = Held("file:m.pkl", "model", "churn", "m.pkl", made_from=("file:raw.csv", "file:gone.csv"))
NUMPY = Held("package:numpy", "package", "numpy", "", "1.26.4", "==", "pypi", ("requirements.txt",))


def bom(*held: Held) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(render(replace(service(), inventory=held), "ml-bom"))
    return said


def complaint(audit: Audit) -> str:
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(render(audit, "ml-bom"))
    return str(found or "")


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_what_the_schema_asks_for(name: str) -> None:
    assert complaint(replace(SAMPLES[name](), inventory=(MODEL, RAW, NUMPY))) == ""


def test_no_name_breaks_it() -> None:
    hostile = tuple(
        Held(f"file:{number}{text}", "data", text, text, text, text, text, (text,))
        for number, text in enumerate(BREAKOUTS)
    )
    assert complaint(replace(service(), inventory=hostile)) == ""


def test_a_model_names_the_data_that_it_is_made_from() -> None:
    said = bom(MODEL, RAW)
    model, raw = said["components"]
    assert (model["type"], raw["type"]) == ("machine-learning-model", "data")
    assert model["modelCard"]["modelParameters"]["datasets"] == [{"ref": "file:raw.csv"}]
    assert {"ref": "file:m.pkl", "dependsOn": ["file:raw.csv"]} in said["dependencies"]


def test_a_hash_is_one_and_a_package_has_its_address() -> None:
    raw, numpy = bom(RAW, NUMPY)["components"]
    assert raw["hashes"] == [{"alg": "MD5", "content": "22a1a2931c8370d3aeedd7183606fd7f"}]
    assert numpy["purl"] == "pkg:pypi/numpy@1.26.4"


def test_what_is_not_identified_has_no_version() -> None:
    (model,) = bom(MODEL)["components"]
    assert "version" not in model
    assert "hashes" not in model


def test_it_says_that_it_is_incomplete() -> None:
    assert bom()["compositions"][0]["aggregate"] == "incomplete"
