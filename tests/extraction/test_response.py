"""What an archived answer's status and headers say, on made-up answers and on recorded ones."""

import json
from pathlib import Path

import pytest

from archivepolicy.extraction.response import judge_response
from archivepolicy.records.document import Kind


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (200, (("Server", "nginx"),), Kind.POLICY),
        (200, (), Kind.POLICY),
        (404, (), Kind.ERROR),
        (503, (("Server", "nginx"),), Kind.ERROR),
        (202, (("X-Amzn-Waf-Action", "challenge"),), Kind.CHALLENGE),
        (405, (("x-amzn-waf-action", "captcha"),), Kind.CHALLENGE),
        (403, (("cf-mitigated", "challenge"),), Kind.CHALLENGE),
        (200, (("Rimon", "RWC_BLOCK"),), Kind.ERROR),
        (200, (("X-Amzn-Waf-Action", "count"),), Kind.POLICY),
    ],
)
def test_kinds(status: int, headers: tuple[tuple[str, str], ...], kind: Kind) -> None:
    found = judge_response(status, headers)
    assert found.kind is kind
    assert bool(found.reasons) == (not found.is_usable)


@pytest.mark.corpus
def test_recorded_answers(corpus: Path) -> None:
    folder = corpus / "bad-captures"
    rows = [json.loads(row) for row in (folder / "index.jsonl").read_text(encoding="utf-8").split("\n") if row]
    for row in rows:
        headers = json.loads((folder / row["file"]).read_text(encoding="utf-8"))["data"]["headers"]
        found = judge_response(row["status"], headers.items())
        if row["expected_quality"] == 1.0:
            assert found.is_usable == (row["status"] == 200), row["url"]
