"""The JSON form: whole, stable, and with a schema that is kept."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from auditor.formats import json_file, render
from auditor.model.errors import UsageError
from auditor.model.place import Place
from tests.formats.sample_audits import SAMPLES, crowded, service

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "audit.schema.json"


@pytest.mark.parametrize("name", SAMPLES)
def test_an_audit_survives_the_round_trip(name: str) -> None:
    audit = SAMPLES[name]()
    written = json_file.render(audit)
    assert json_file.parse(written) == audit
    assert json_file.render(json_file.parse(written)) == written


def test_fields_stand_in_the_order_of_the_model_and_keys_of_tables_in_their_own() -> None:
    audit = service()
    shuffled = msgspec.structs.replace(audit, artefacts=dict(reversed(audit.artefacts.items())))
    assert json_file.render(shuffled) == json_file.render(audit)
    assert list(json.loads(json_file.render(audit)))[:4] == ["schema", "versions", "as_of", "target"]


def test_a_file_name_outside_of_utf8_is_written_readably() -> None:
    audit = service()
    odd = msgspec.structs.replace(audit.findings[0], place=Place("data/caf\udce9.csv", 1))
    written = json_file.render(msgspec.structs.replace(audit, findings=(odd,)))
    assert json.loads(written)["findings"][0]["place"]["path"] == "data/caf\\udce9.csv"


def test_the_kept_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == json_file.json_schema(), (
        "write json_schema() to docs/audit.schema.json"
    )


def test_the_json_holds_all_findings_however_many() -> None:
    assert len(json.loads(json_file.render(crowded(2_500)))["findings"]) == len(crowded(2_500).findings)


def test_an_unknown_format_says_which_there_are() -> None:
    with pytest.raises(UsageError, match="json, terminal, markdown, html, sarif"):
        render(service(), "docx")
