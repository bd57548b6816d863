"""`docs/datasets.md` says what the columns are, and the recipes of the documents run."""

import re
from pathlib import Path

import duckdb
import pytest

import archivepolicy as ap
from archivepolicy.rendering.datasets.columns import SCHEMA_VERSION, TABLES

CHECKOUT = Path(__file__).resolve().parents[3]
PAGE = (CHECKOUT / "docs" / "datasets.md").read_text(encoding="utf-8")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES)
def test_the_page_has_exactly_the_columns_that_there_are(table: str) -> None:
    section = re.search(rf"^## `{table}`$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section
    rows = [line for line in section[1].splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{column.name}` | {column.type} | {'yes' if column.may_be_null else 'no'} | {column.meaning} |"
        for column in TABLES[table]
    ]
    assert f"schema version {SCHEMA_VERSION}" in PAGE


def test_the_recipes_in_sql_run(demo_warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ap.history("www.fernhollow.example/privacy.php", archive=demo_warc, store="store")
    ap.export_dataset("policies", "parquet", store="store")
    recipes = re.findall(r"^```sql\n(.*?)^```$", README + PAGE, re.MULTILINE | re.DOTALL)
    assert recipes
    for recipe in recipes:
        for statement in filter(str.strip, recipe.split(";")):
            ((count,),) = duckdb.sql(f"SELECT count(*) FROM ({statement})").fetchall()  # noqa: S608 - our own documents
            assert count, statement
