"""The ledger: one row an item, with its outcome. A run that is killed goes on where it stopped.

SQLite in the store (WAL, one writer: who holds the run's lock). An item that is done is never done again; one that failed is
tried again when its time has come, or when a run is told to. Rows of the list that the run works on are noted beside the
items, in their order, so that two rows that ask the same share one item. Everything is read and written in chunks.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from archivepolicy.batches.plan import Item, item_from_json, item_to_json
from archivepolicy.batches.sites import BadRow
from archivepolicy.errors import StoreError
from archivepolicy.records.batch import Found, Outcome, Result, Silence
from archivepolicy.store.writing import disk_errors
from archivepolicy.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SCHEMA_VERSION = 1
_BUSY_TIMEOUT_S = 30.0
_CHUNK_ROWS = 500
SHARED_BY = 3  # unrelated domains that give the same bytes: a parking page, a registrar's, a host's own
_TABLES = """
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  item TEXT NOT NULL,
  domain TEXT NOT NULL,
  undated TEXT,
  outcome TEXT NOT NULL DEFAULT 'pending',
  reason TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  retry_at TEXT,
  url TEXT,
  payload TEXT,
  result TEXT,
  updated_at TEXT
);
CREATE INDEX by_outcome ON items (outcome);
CREATE INDEX by_payload ON items (payload, domain);
CREATE TABLE listed (position INTEGER PRIMARY KEY, line INTEGER NOT NULL, item INTEGER, reason TEXT, text TEXT);
CREATE INDEX by_item ON listed (item);
"""
_OF_LIST = "id IN (SELECT item FROM listed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item as it stands in the ledger; `line` is that of the list, 0 outside one."""

    id: int
    item: Item
    line: int = 0
    result: Result
    tries: int


class Ledger:
    """The items of a store's runs.

    Args:
        path: The database file. Everything is done by the thread that opened it.

    Raises:
        StoreError: It cannot be opened, or is none of ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._errors():
            self._database = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            try:
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = NORMAL")
                self._prepare()
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def begin_list(self) -> None:
        """Forget which rows the last run worked on; the items stay."""
        with self._errors(), self._transaction():
            self._database.execute("DELETE FROM listed")

    def unfinished_day(self) -> str | None:
        """The day that a run without dates meant whose items are not all settled; None where there is none."""
        with self._errors():
            row = self._database.execute(
                "SELECT max(undated) FROM items WHERE outcome = 'pending' AND undated IS NOT NULL"
            ).fetchone()
        return row[0] if row else None

    def enter(self, planned: Iterable[tuple[int, Item | BadRow]], archive_key: str, undated: str | None = None) -> None:
        """Enter the rows of a list, some hundred at a time; items that are known stay as they are.

        Args:
            planned: Line numbers with an item each, or with a row that cannot be read.
            archive_key: What tells the archive apart.
            undated: The day, where the run names no date.
        """
        rows = iter(planned)
        while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
            with self._errors(), self._transaction():
                for line, one in chunk:
                    self._enter(line, one, archive_key, undated)

    def _enter(self, line: int, one: Item | BadRow, archive_key: str, undated: str | None) -> None:
        insert = "INSERT INTO listed (line, item, reason, text) VALUES (?, ?, ?, ?)"
        if isinstance(one, BadRow):
            self._database.execute(insert, (line, None, one.reason, _clean(one.text)))
            return
        key = one.key(archive_key)
        self._database.execute(
            "INSERT INTO items (key, item, domain, undated, url) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (key, item_to_json(one), registrable_domain(one.url), undated, None if one.is_domain else one.url),
        )
        (item,) = self._database.execute("SELECT id FROM items WHERE key = ?", (key,)).fetchone()
        self._database.execute(insert, (line, item, None, None))

    def reopen(self, now: str, *, every_failure: bool) -> None:
        """Let items of the list that failed be tried again: those whose time has come, or all."""
        due = "" if every_failure else " AND retry_at <= :now"
        with self._errors(), self._transaction():
            self._database.execute(
                f"UPDATE items SET outcome = 'pending' WHERE outcome = 'failed' AND {_OF_LIST}{due}",  # noqa: S608
                {"now": now},
            )

    def forget_outcomes(self) -> None:
        """Let every item of the list be asked anew; what was found is kept until another answer takes its place."""
        with self._errors(), self._transaction():
            self._database.execute(f"UPDATE items SET outcome = 'pending' WHERE {_OF_LIST}")  # noqa: S608

    def pending(self, after: int) -> list[tuple[int, Item]]:
        """The next items of the list that are not settled, ascending by number; some hundred, none at the end."""
        with self._errors():
            rows = self._database.execute(
                f"SELECT id, item FROM items WHERE outcome = 'pending' AND id > ? AND {_OF_LIST} ORDER BY id LIMIT ?",  # noqa: S608
                (after, _CHUNK_ROWS),
            ).fetchall()
        return [(identity, item_from_json(text)) for identity, text in rows]

    def settle(self, item: int, result: Result, now: str) -> None:
        """Write down what became of an item."""
        with self._errors(), self._transaction():
            self._database.execute(
                "UPDATE items SET outcome = ?, reason = ?, tries = tries + 1, retry_at = ?, url = coalesce(?, url),"
                " payload = ?, result = ?, updated_at = ? WHERE id = ?",
                (
                    result.outcome.value,
                    _clean(result.reason),
                    result.retry_at,
                    result.url,
                    result.payload,
                    json.dumps(
                        [[asdict(one) for one in result.found], [asdict(one) for one in result.gaps], result.flags]
                    ),
                    now,
                    item,
                ),
            )

    def tries(self, item: int) -> int:
        """How often an item has been settled so far."""
        with self._errors():
            row = self._database.execute("SELECT tries FROM items WHERE id = ?", (item,)).fetchone()
        return int(row[0]) if row else 0

    def is_settled(self, key: str, now: str, *, every_failure: bool) -> bool:
        """Whether an item would not be asked for again now."""
        with self._errors():
            row = self._database.execute("SELECT outcome, retry_at FROM items WHERE key = ?", (key,)).fetchone()
        if row is None or row[0] == Outcome.PENDING:
            return False
        is_due = every_failure or (row[1] is not None and row[1] <= now)
        return not (row[0] == Outcome.FAILED and is_due)

    def counts(self) -> Counter[Outcome]:
        """The items of the list by outcome."""
        with self._errors():
            rows = self._database.execute(
                f"SELECT outcome, count(*) FROM items WHERE {_OF_LIST} GROUP BY outcome"  # noqa: S608
            ).fetchall()
        return Counter({Outcome(name): count for name, count in rows})

    def bad_row_count(self) -> int:
        """Rows of the list that could not be read."""
        with self._errors():
            row = self._database.execute("SELECT count(*) FROM listed WHERE item IS NULL").fetchone()
        return int(row[0])

    def shared_payloads(self) -> set[str]:
        """Payloads that three or more unrelated domains gave, in any run of this store."""
        with self._errors():
            rows = self._database.execute(
                "SELECT payload FROM items WHERE payload IS NOT NULL GROUP BY payload HAVING count(DISTINCT domain) >= ?",
                (SHARED_BY,),
            ).fetchall()
        return {row[0] for row in rows}

    def rows(self) -> Iterator[Row | BadRow]:
        """The rows of the list in their order, as they stand now."""
        with self._errors():
            found = self._database.execute(
                "SELECT line, listed.item, listed.reason, text, id, items.item, outcome, items.reason, tries, retry_at, url,"
                " payload, result FROM listed LEFT JOIN items ON items.id = listed.item ORDER BY position"
            )
            while chunk := found.fetchmany(_CHUNK_ROWS):
                yield from map(_row, chunk)

    def _prepare(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version == _SCHEMA_VERSION:
            return
        if version != 0:
            raise StoreError(
                f"the ledger is of another release of this program (its form {version}, ours {_SCHEMA_VERSION}; move it away "
                f"to begin anew): {self._path}",
                path=str(self._path),
            )
        with self._transaction():
            for statement in _TABLES.split(";"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled it back already
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as cause:
            raise StoreError(f"the store's ledger failed: {cause}: {self._path}", path=str(self._path)) from cause


def _clean(text: str) -> str:
    """A text that SQLite takes: what stood there as bytes of no charset shows as `?`."""
    return text.encode("utf-8", "replace").decode()


def _row(values: tuple[Any, ...]) -> Row | BadRow:
    line, item, bad_reason, bad_text, identity, item_text, outcome, reason, tries, retry_at, url, payload, result = (
        values
    )
    if item is None:
        return BadRow(line=line, reason=bad_reason, text=bad_text)
    found, gaps, flags = json.loads(result) if result else ([], [], [])
    return Row(
        id=identity,
        item=item_from_json(item_text),
        line=line,
        tries=tries,
        result=Result(
            outcome=Outcome(outcome),
            reason=reason,
            url=url,
            found=tuple(Found(**one) for one in found),
            gaps=tuple(Silence(**one) for one in gaps),
            payload=payload,
            flags=tuple(flags),
            retry_at=retry_at,
        ),
    )
