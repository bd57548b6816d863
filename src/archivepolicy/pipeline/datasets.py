"""datasets: store -> products, one policy after another -> versions and changes -> rows -> files. Nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.archives import current_timestamp
from archivepolicy.errors import InputError, NoCaptureError, StoreError
from archivepolicy.pipeline.comparison import diff
from archivepolicy.pipeline.kept import KeptPolicy, read_policy
from archivepolicy.pipeline.sources import opened_archive, opened_store, period_of
from archivepolicy.records.dataset import Dataset, PassedOver
from archivepolicy.rendering.datasets.columns import TABLES
from archivepolicy.rendering.datasets.rows import change_rows, snapshot_row, version_row
from archivepolicy.rendering.datasets.staging import Place, check_place, staged, told
from archivepolicy.rendering.datasets.text import csv_writer, jsonl_writer
from archivepolicy.urls import normalise_url
from archivepolicy.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from archivepolicy.archives.archive import Archive
    from archivepolicy.records.dataset import Policy, Product
    from archivepolicy.records.version import Version
    from archivepolicy.rendering.datasets.columns import Row
    from archivepolicy.rendering.datasets.text import Writer
    from archivepolicy.store import Store

# the endings by which a target is known for a file; of a name without one a folder is made
_ENDINGS = {"csv": (".csv",), "jsonl": (".jsonl", ".ndjson"), "parquet": (".parquet", ".pq")}
FORMS = (*_ENDINGS, "sqlite", "zip")
_LISTED_FAILURES = 1000


def export_dataset(  # noqa: PLR0913 - each is an independent choice of the caller
    target: str | Path,
    form: str,
    *,
    store: str | Path | Store,
    url: str | None = None,
    archive: str | Path | Archive | None = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    table: str | None = None,
    force: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> Dataset:
    """Write what a store holds as a dataset: its snapshots, and the versions and changes that they show.

    Nothing is fetched. The files are written all together or not at all, with a manifest and a list of SHA-256 digests; the same
    store gives the same bytes.

    Args:
        target: For `csv`, `jsonl` and `parquet` a file of that ending, which holds the snapshots (or `table`) and gets the
            other tables beside it, or else a folder; for `sqlite` and `zip` a file.
        form: One of `FORMS`; `zip` packs the products themselves.
        store: The store, or its folder.
        url: Only this URL, in all its `http`, `https` and `www` forms.
        archive: Only products of this archive; None for all.
        from_: Only captures since the beginning of this date; None for all.
        to: Only captures until the end of this date; None for all.
        table: Only this table.
        force: Replace what is there.
        now: Tells the time, 14 digits; a date may be relative to it.

    Raises:
        InputError: The target is there already or cannot be, an argument cannot be understood, or pyarrow is missing.
        NoCaptureError: The store holds no product that fits.
        StoreError: The store cannot be read, or the target not written; nothing is left behind then.
    """
    kept = opened_store(store)
    if kept is None or not kept.root.is_dir():
        raise InputError(f"no store at {store if kept is None else kept.root}")
    place = _place(Path(target), form, table)
    check_place(place, [place.name(one) for one in place.tables] if form in _ENDINGS else [], force=force)
    work = _Work(
        kept=kept,
        url=None if url is None else normalise_url(url),
        archive_key=None if archive is None else opened_archive(archive, None, now).key,
        start=period_of(from_, now).start if from_ is not None else "",
        end=period_of(to, now).end if to is not None else "9",
    )
    with staged(place) as made:
        files = _write_tree(work, place, made) if form == "zip" else _write_tables(work, place, made, form)
        if not any(files.values()) and not work.failures:
            raise _nothing(work)
        about = {"tool": f"archivepolicy {__version__}", "format": form, **work.about, "policies": work.policies, "rows": work.rows}
        written = told(made, place, {name: (tables, count) for (name, tables), count in files.items()}, about)
    return Dataset(
        files=written,
        policies=work.policies,
        passed_over=tuple(work.failures),
        passed_over_count=work.failure_count,
        sums=str(place.target / place.sums if place.is_folder else place.target.parent / place.sums),
    )
