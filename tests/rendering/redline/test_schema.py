"""The published JSON Schema describes what a diff's JSON is."""

import json
from pathlib import Path

import jsonschema

from rendering.redline.made_diffs import made_diff

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))


def test_a_diff_keeps_to_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    written = made_diff([("a\n", "a\n"), ("b\n", "c\n"), ("", "d\n"), ("e\n", "")]).to_dict()
    jsonschema.validate(json.loads(json.dumps(written)), SCHEMA)


def test_every_key_is_in_the_schema_and_no_other() -> None:
    written = made_diff([("b\n", "c\n")]).to_dict()
    assert set(written) == set(SCHEMA["properties"])
    assert set(written["changes"][0]) == set(SCHEMA["properties"]["changes"]["items"]["properties"])
