"""datasets: store -> products, one policy after another -> versions and changes -> rows -> files. Nothing is fetched.

Versions are what `history` tells of the captures whose text the store holds, and changes what `diff` tells of them.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.archives.together import Together
from archivepolicy.errors import ArchivePolicyError, InputError, NoCaptureError, StoreError, UnusableCaptureError
from archivepolicy.pipeline.comparison import diff
from archivepolicy.pipeline.history import history
from archivepolicy.pipeline.kept import identity, read_policy
from archivepolicy.pipeline.sources import opened_archive, period_of
from archivepolicy.records.dataset import Dataset, PassedOver
from archivepolicy.records.section import section_from_identity
from archivepolicy.rendering.datasets.columns import TABLES
from archivepolicy.rendering.datasets.parquet import ParquetWriter, check_pyarrow
from archivepolicy.rendering.datasets.rows import change_rows, policy_columns, snapshot_row, version_row
from archivepolicy.rendering.datasets.sqlite import SqliteWriter
from archivepolicy.rendering.datasets.staging import Place, check_place, place_of, staged, told
from archivepolicy.rendering.datasets.text import csv_writer, jsonl_writer
from archivepolicy.rendering.datasets.tree import TreeWriter
from archivepolicy.store import Store
from archivepolicy.store.writing import disk_errors, read_file
from archivepolicy.urls import normalise_url
from archivepolicy.version import __version__
from archivepolicy.versions import compared_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from archivepolicy.archives.archive import Archive
    from archivepolicy.pipeline.kept import KeptPolicy
    from archivepolicy.records.dataset import Policy, Product
    from archivepolicy.records.history import History
    from archivepolicy.rendering.datasets.columns import Row
    from archivepolicy.rendering.datasets.staging import Written
    from archivepolicy.rendering.datasets.text import Writer

# The endings by which a target is known for a file; of a name with another one a folder is made.
_ENDINGS = {"csv": (".csv",), "jsonl": (".jsonl", ".ndjson"), "parquet": (".parquet", ".pq")}
FORMS = (*_ENDINGS, "sqlite", "zip")
_LISTED_FAILURES = 1000


def export_dataset(  # noqa: PLR0913 - each is an independent choice of the caller
    target: str | Path,
    form: str,
    *,
    store: str | Path | Store,
    url: str | None = None,
    archive: ArchiveChoice = None,
    from_: str | date | None = None,
    to: str | date | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
    now: Callable[[], str] = current_timestamp,
) -> Dataset:
    """Write what a store holds as a dataset: its snapshots, and the versions and changes that they show.

    Nothing is fetched. The files are written all together or not at all, with a manifest and a list of SHA-256 digests; the
    same store gives the same bytes. One policy is held in memory at a time.

    Args:
        target: For `csv`, `jsonl` and `parquet` a file of that ending, which holds the snapshots and gets versions and
            changes beside it, or else a folder; for `sqlite` and `zip` a file.
        form: One of these five; `zip` packs the products themselves with their provenance.
        store: The store, or its folder.
        url: Only this URL, in all its `http`, `https` and `www` forms; None for all of the store.
        archive: Only products of this archive, or of these; None for all. A local one is asked for its listing.
        from_: Only captures since the beginning of this date; None for all.
        to: Only captures until the end of this date; None for all.
        force: Replace what is there.
        progress: Is told, after each policy, how many are done.
        now: Tells the time, 14 digits; a date may be relative to it.

    Returns:
        What was written, and the products that had to be passed over.

    Raises:
        InputError: The target is there already or cannot be, an argument cannot be understood, or pyarrow is missing.
        NoCaptureError: The store holds no product that fits.
        StoreError: The store cannot be read, or the target not written; nothing is left behind then.
    """
    kept = store if isinstance(store, Store) else Store(store)
    with disk_errors(kept.root):
        if not kept.root.is_dir():
            raise StoreError(f"no such store: {kept.root}", path=str(kept.root))
    place = _place(Path(target), form)
    check_place(place, force=force)
    work = _Work(
        kept=kept,
        url=None if url is None else normalise_url(url),
        archives=_archives(archive, now),
        from_=from_,
        to=to,
        now=now,
        progress=progress or (lambda _done: None),
        rows=dict.fromkeys(["products"] if form == "zip" else TABLES, 0),
    )
    with staged(place) as made:
        written = _write_tree(work, place, made) if form == "zip" else _write_tables(work, place, made, form)
        if not any(work.rows.values()) and not work.failure_count:
            raise work.nothing()
        about = {"tool": f"archivepolicy {__version__}", "format": form, **work.about, "rows": work.rows}
        files = told(made, place, written, about)
    return Dataset(
        files=files,
        rows=dict(work.rows),
        policies=work.policies,
        passed_over=tuple(work.failures),
        passed_over_count=work.failure_count,
        sums=str(place.folder / place.sums),
    )


def _place(target: Path, form: str) -> Place:
    if form == "parquet":
        check_pyarrow()
    if form in _ENDINGS:
        return place_of(target, _ENDINGS[form], in_parts=form == "parquet")
    if form not in FORMS:
        raise InputError(f"no such format: {form!r} ({', '.join(FORMS)})")
    if not target.name:
        raise InputError(f"not a file's name: {str(target)!r}")
    tables = TABLES if form == "sqlite" else ()
    return Place(target=target, names=dict.fromkeys(tables, target.name), is_folder=False)


def _archives(choice: ArchiveChoice, now: Callable[[], str]) -> dict[str, Archive]:
    """The archives that are named, by their keys; empty for all."""
    if choice is None or choice == ():
        return {}
    opened = opened_archive(choice, None, now)
    return {member.key: member for member in (opened.members if isinstance(opened, Together) else (opened,))}


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is to be exported, and what was met on the way."""

    kept: Store
    url: str | None
    archives: dict[str, Archive]
    from_: str | date | None
    to: str | date | None
    now: Callable[[], str]
    progress: Callable[[int], None]
    rows: dict[str, int]
    policies: int = 0
    failures: list[PassedOver] = field(default_factory=list)
    failure_count: int = 0

    @property
    def about(self) -> dict[str, Any]:
        """What was asked for, as the manifest has it."""
        start, end = self._window()
        return {
            "url": self.url,
            "archives": list(self.archives) or None,
            "from": start or None,
            "to": end if self.to is not None else None,
            "policies": self.policies,
            "passed_over": self.failure_count,
        }

    def products(self, *, again: bool) -> Iterator[Product]:
        start, end = self._window()
        for product in self.kept.products(self.url, again=again):
            is_of_archive = not self.archives or product.archive_key in self.archives
            if is_of_archive and start <= product.timestamp <= end:
                yield product

    def pass_over(self, failures: Iterable[PassedOver]) -> None:
        for failure in failures:
            self.failure_count += 1
            if len(self.failures) < _LISTED_FAILURES:
                self.failures.append(failure)

    def nothing(self) -> NoCaptureError:
        asked = f" of {self.url}" if self.url else ""
        limited = " that fits" if self.archives or self.from_ is not None or self.to is not None else ""
        return NoCaptureError(f"the store {self.kept.root} holds no product{asked}{limited}", url=self.url or "")

    def _window(self) -> tuple[str, str]:
        start = "" if self.from_ is None else period_of(self.from_, self.now).start
        return start, "9" if self.to is None else period_of(self.to, self.now).end


def _write_tables(work: _Work, place: Place, made: Path, form: str) -> Written:
    with closing(_writer(place, made, form)) as writer:
        for policy, products in groupby(work.products(again=False), key=lambda product: product.policy):
            for table, row in _rows(work, policy, products):
                writer.write(table, row)
                work.rows[table] += 1
            work.policies += 1
            work.progress(work.policies)
        work.pass_over(_not_entered(work))
    return writer.written


def _writer(place: Place, made: Path, form: str) -> Writer:
    if form == "sqlite":
        return SqliteWriter(made, place.target.name)
    if form == "parquet":
        return ParquetWriter(made, place.names, in_parts=place.is_folder)
    return (csv_writer if form == "csv" else jsonl_writer)(made, place.names)


def _rows(work: _Work, policy: Policy, products: Iterable[Product]) -> Iterator[tuple[str, Row]]:
    """All rows of one policy."""
    local = {key: archive for key, archive in work.archives.items() if archive.is_local}
    found = read_policy(work.kept, policy, products, local)
    told_history = _history(work, found) if found.snapshots else None
    work.pass_over(found.passed_over)
    if not found.snapshots:
        return
    versions = told_history.versions if told_history else ()
    version_of = {identity(capture): version for version in versions for capture in version.captures}
    columns = policy_columns(policy, found.url)
    for snapshot in found.snapshots:
        yield "snapshots", snapshot_row(columns, snapshot, version_of.get(identity(snapshot.capture)))
    if told_history:
        unread = found.unread_before(told_history)
        for version in versions:
            yield "versions", version_row(columns, version, unread(version))
    for old, new in compared_pairs(versions):
        for row in change_rows(columns, old, new, diff(old, new)):
            yield "changes", row


def _history(work: _Work, found: KeptPolicy) -> History | None:
    """The policy's history as far as the store tells it; None where no product is a usable policy."""
    try:
        return history(
            found.url,
            archive=list(found.archives),
            from_=work.from_,
            to=work.to,
            section=section_from_identity(found.policy.section),
            store=work.kept,
            now=work.now,
        )
    except (NoCaptureError, UnusableCaptureError):
        return None
    except ArchivePolicyError as failure:
        work.pass_over([PassedOver(path=found.url, reason=f"its versions could not be told: {failure}")])
        return None


def _not_entered(work: _Work) -> Iterator[PassedOver]:
    """Products that the catalogue does not know, where all of the store is exported: their provenance may be damaged."""
    if work.url is None:
        reason = "not in the catalogue: not whole, or put there by hand (`archivepolicy verify` says more)"
        yield from (PassedOver(path=f"{path}.md", reason=reason) for path in work.kept.unentered())


def _write_tree(work: _Work, place: Place, made: Path) -> Written:
    with closing(TreeWriter(made / place.target.name)) as writer:
        policies = groupby(work.products(again=True), key=lambda product: product.policy)
        for _, products in policies:
            for product in products:
                _pack(work, writer, product)
            work.policies += 1
            work.progress(work.policies)
        work.pass_over(_not_entered(work))
        writer.finish({"tool": f"archivepolicy {__version__}", **work.about, "rows": work.rows})
    return {place.target.name: ((), work.rows["products"])}


def _pack(work: _Work, writer: TreeWriter, product: Product) -> None:
    path = f"{product.path}.md"
    try:
        snapshot = work.kept.load(product.path)
        provenance = read_file(work.kept.root / f"{product.path}.json")
    except StoreError as failure:
        work.pass_over([PassedOver(path=path, reason=str(failure))])
        return
    if snapshot is None or provenance is None:
        work.pass_over([PassedOver(path=path, reason="the product or its provenance is missing")])
        return
    writer.add(snapshot, provenance)
    work.rows["products"] += 1
