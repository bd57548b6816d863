"""Rows of every kind come back as they were, out of every format, for the readers that researchers use."""

import csv
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivepolicy.rendering.datasets.columns import TABLES, Column, Row, Type
from archivepolicy.rendering.datasets.parquet import ParquetWriter
from archivepolicy.rendering.datasets.sqlite import SqliteWriter
from archivepolicy.rendering.datasets.text import Writer, csv_writer, jsonl_writer

TEXTS = (
    "", "plain", 'she said "no", twice: ""', "one\ntwo\r\nthree\rfour\n", "Größe, 日本語, 👩‍⚖️, عربي", "a\u2028b\u2029c\x85d",
    " kept, as it is ", "\ttab and \\n \\", "NULL", "nan", "1e5", "'", "\ufeffmark", "| a | b |\n|---|---|\n", "x" * 120_000,
)  # fmt: skip
WRITERS: dict[str, Callable[[Path], Writer]] = {
    "csv": lambda folder: csv_writer(folder, {table: f"{table}.csv" for table in TABLES}),
    "jsonl": lambda folder: jsonl_writer(folder, {table: f"{table}.jsonl" for table in TABLES}),
    "parquet": lambda folder: ParquetWriter(folder, {table: f"{table}.parquet" for table in TABLES}, in_parts=False),
    "sqlite": lambda folder: SqliteWriter(folder, "all.sqlite"),
}


def value(column: Column, number: int) -> Any:
    if column.may_be_null and number % 2:
        return None
    if column.type is Type.TEXT:
        text = TEXTS[number]
        return text if len(text) < 1000 or column.name == "text" else text[:1000]
    if column.type is Type.TIME:
        return f"20{number:02}-01-02T03:04:05Z"
    return {Type.INTEGER: number * 1000, Type.NUMBER: number / 4, Type.BOOLEAN: number % 3 == 0}[column.type]


def made_rows(table: str) -> list[Row]:
    """A row for each text; what a database holds them by is told apart."""
    rows = [{column.name: value(column, number) for column in TABLES[table]} for number in range(len(TEXTS))]
    keys = {"snapshots": "path", "versions": "policy_id", "changes": "policy_id"}
    return [{**row, keys[table]: f"{number}{row[keys[table]] or ''}"} for number, row in enumerate(rows)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("written")
    for begun in WRITERS.values():
        written(begun(made))
    return made


def written(writer: Writer) -> None:
    for table in TABLES:
        for row in made_rows(table):
            writer.write(table, row)
    writer.close()
    assert sum(count for _, count in writer.written.values()) == len(TABLES) * len(TEXTS)


def said(table: str, rows: list[dict[str, Any]]) -> list[Row]:
    """What a reader gives, times as texts again."""
    times = {column.name for column in TABLES[table] if column.type is Type.TIME}
    return [
        {
            name: f"{one:%Y-%m-%dT%H:%M:%SZ}" if name in times and isinstance(one, datetime) else one
            for name, one in row.items()
        }
        for row in rows
    ]


def by_duckdb(table: str, source: str) -> list[Row]:
    """What DuckDB gives; a zone's time is a Python time only with one more package."""
    columns = ", ".join(
        f"{column.name} AT TIME ZONE 'UTC' AS {column.name}" if column.type is Type.TIME else column.name
        for column in TABLES[table]
    )
    relation = duckdb.sql(f"SELECT {columns} FROM {source}")  # noqa: S608 - our own columns
    kinds = {column.name: column.type for column in TABLES[table]}
    for name, kind in zip(relation.columns, relation.types, strict=True):
        wanted = {Type.INTEGER: "BIGINT", Type.NUMBER: "DOUBLE", Type.BOOLEAN: "BOOLEAN", Type.TIME: "TIMESTAMP"}
        assert str(kind) == wanted.get(kinds[name], "VARCHAR"), name
    return said(table, [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()])


@pytest.mark.parametrize("table", TABLES)
def test_csv(folder: Path, table: str) -> None:
    file, expected = folder / f"{table}.csv", made_rows(table)
    # every reader finds the types by itself; nulls and empty texts it tells apart where it is told to
    read = pyarrow.csv.read_csv(
        file,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False),
    )
    assert said(table, read.to_pylist()) == expected
    assert by_duckdb(table, f"read_csv('{file}', allow_quoted_nulls = false)") == expected
    by_itself = by_duckdb(table, f"'{file}'")
    assert by_itself == [{name: None if one == "" else one for name, one in row.items()} for row in expected]
    with file.open(encoding="utf-8", newline="") as stream:  # a plain reader, to which all is text
        plain = list(csv.DictReader(stream))
    assert [row["policy_id"] for row in plain] == [row["policy_id"] for row in expected]


@pytest.mark.parametrize("table", TABLES)
def test_json_lines(folder: Path, table: str) -> None:
    file, expected = folder / f"{table}.jsonl", made_rows(table)
    assert said(table, pyarrow.json.read_json(file).to_pylist()) == expected
    assert by_duckdb(table, f"'{file}'") == expected
    lines = file.read_text(encoding="utf-8").splitlines()  # which ends lines at U+2028 and U+0085 too
    assert [json.loads(line) for line in lines] == expected


@pytest.mark.parametrize("table", TABLES)
def test_parquet(folder: Path, table: str) -> None:
    file, expected = folder / f"{table}.parquet", made_rows(table)
    read = pyarrow.parquet.read_table(file)
    assert said(table, read.to_pylist()) == expected
    assert by_duckdb(table, f"'{file}'") == expected
    for column, has in zip(TABLES[table], read.schema, strict=True):
        assert (has.name, has.nullable, has.metadata[b"meaning"].decode()) == (
            column.name,
            column.may_be_null,
            column.meaning,
        )
        if column.type is Type.TIME:
            assert str(has.type) == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize("table", TABLES)
def test_sqlite(folder: Path, table: str) -> None:
    database = sqlite3.connect(folder / "all.sqlite")
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]  # noqa: S608 - ours
    assert rows == made_rows(table)
    told = database.execute("SELECT name, type, meaning FROM columns WHERE table_name = ? ORDER BY position", (table,))
    assert [tuple(one) for one in told] == [(one.name, str(one.type), one.meaning) for one in TABLES[table]]
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    database.close()


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_rows_give_the_same_bytes(folder: Path, form: str, tmp_path: Path) -> None:
    written(WRITERS[form](tmp_path))
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (folder / file.name).read_bytes(), file.name


@pytest.mark.parametrize("form", WRITERS)
def test_tables_without_rows_are_there_with_their_columns(form: str, tmp_path: Path) -> None:
    WRITERS[form](tmp_path).close()
    if form == "csv":
        for table, columns in TABLES.items():
            assert (tmp_path / f"{table}.csv").read_text() == ",".join(one.name for one in columns) + "\n"
    if form == "parquet":
        for table, columns in TABLES.items():
            read = pyarrow.parquet.read_table(tmp_path / f"{table}.parquet")
            assert (read.num_rows, read.column_names) == (0, [one.name for one in columns])


def test_parts_end_in_time_and_hold_all_rows_in_order(tmp_path: Path) -> None:
    writer = ParquetWriter(
        tmp_path, {table: table for table in TABLES}, in_parts=True, part_chars=1_000, group_chars=400
    )
    written(writer)
    parts = sorted((tmp_path / "changes").iterdir())
    assert len(parts) > 1
    assert [file.name for file in parts] == [f"part-{number:05d}.parquet" for number in range(1, len(parts) + 1)]
    assert writer.written.keys() == {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.parquet")}
    for table in TABLES:
        assert by_duckdb(table, f"'{tmp_path}/{table}/*.parquet'") == made_rows(table)
        assert said(table, pyarrow.parquet.read_table(tmp_path / table).to_pylist()) == made_rows(table)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40), max_size=5))
def test_whatever_a_text_holds_it_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    first = made_rows("versions")[0]
    rows = [{**first, "policy_id": f"p{number}", "text": text} for number, text in enumerate(texts)]
    for begun in WRITERS.values():
        writer = begun(folder)
        for row in rows:
            writer.write("versions", row)
        writer.close()
    with (folder / "versions.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == texts
    lines = (folder / "versions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == texts
    assert pyarrow.parquet.read_table(folder / "versions.parquet")["text"].to_pylist() == texts
    database = sqlite3.connect(folder / "all.sqlite")
    assert [row[0] for row in database.execute("SELECT text FROM versions ORDER BY rowid")] == texts
    database.close()
