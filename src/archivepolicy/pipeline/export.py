"""export: get -> the evidence of everything that the answer rests on -> a bag in a zip file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archivepolicy.archives import ArchiveChoice, current_timestamp
from archivepolicy.archives.together import Together
from archivepolicy.errors import InputError, StoreError
from archivepolicy.pipeline.drafting import MAKER
from archivepolicy.pipeline.snapshot import get
from archivepolicy.pipeline.sources import opened_archive, opened_store
from archivepolicy.records import Select
from archivepolicy.records.bundle import Bundle, Exhibit
from archivepolicy.records.provenance import answer_to_dict, framed_capture, hop_to_dict
from archivepolicy.rendering.evidence import addresses_as_text, bundle_as_html, headers_as_text
from archivepolicy.store.bag import bag_name, packed_bag
from archivepolicy.store.writing import read_file, write_file
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from archivepolicy.records import Capture, Kind, Snapshot
    from archivepolicy.store import Store


def export_evidence(  # noqa: PLR0913 - each is an independent choice of the caller
    url: str,
    file: str | Path,
    *,
    as_of: str | date | None = None,
    select: Select | str = Select.AS_OF,
    language: str | None = None,
    accept: Iterable[Kind | str] = (),
    archive: ArchiveChoice = None,
    store: str | Path | Store | None = None,
    max_wait_s: float | None = None,
    refresh: bool = False,
    force: bool = False,
    now: Callable[[], str] = current_timestamp,
) -> Snapshot:
    """Get a policy as of a date and write it with all that proves it as one zip file (BagIt, RFC 8493).

    In it: the product and its provenance, the WARC records of the page, of the redirects that led to it and of what was passed
    over, archived headers, how the date was answered, the addresses for an archive's affidavit, and a page in plain words. The
    file's bytes depend on what the store holds of the answer alone.

    Args:
        url: The policy's original URL.
        file: The zip file; written whole or not at all.
        as_of: As for `get`.
        select: As for `get`.
        language: As for `get`.
        accept: As for `get`.
        archive: As for `get`.
        store: As for `get`; without one everything is fetched for this file alone.
        max_wait_s: As for `get`.
        refresh: As for `get`.
        force: Replace a file that is there.
        now: As for `get`.

    Returns:
        The snapshot, as `get` gives it.

    Raises:
        InputError: The file is there already or cannot be written; and all that `get` raises.
    """
    target = Path(file)
    if target.exists() and not force:
        raise InputError(f"{target} is there already (--force replaces it)")
    if not target.absolute().parent.is_dir():
        raise InputError(f"no such folder: {target.absolute().parent}")
    with tempfile.TemporaryDirectory(prefix="archivepolicy-") as beside:
        kept = opened_store(store if store is not None else beside)
        if kept is None:  # it was opened just now
            raise InputError("an export needs a store")
        source = opened_archive(archive, max_wait_s, now)
        snapshot = get(
            url,
            as_of=as_of,
            select=select,
            language=language,
            accept=accept,
            archive=source,
            store=kept,
            max_wait_s=max_wait_s,
            refresh=refresh,
            now=now,
        )
        members = source.members if isinstance(source, Together) else (source,)
        content = bundle_bytes(kept, snapshot, [member.key for member in members])
    try:
        write_file(target, content)
    except StoreError as failure:
        raise InputError(f"cannot write {target}: {failure.__cause__}") from failure
    return snapshot


def bundle_bytes(kept: Store, snapshot: Snapshot, archive_keys: Iterable[str] = ()) -> bytes:
    """Pack a kept snapshot with its evidence.

    Args:
        kept: The store.
        snapshot: What is packed.
        archive_keys: What tells the archives apart that were asked, where there were others than the page's own.

    Raises:
        StoreError: Evidence that it rests on is missing or damaged.
    """
    keys = tuple(dict.fromkeys((snapshot.provenance["archive_key"], *archive_keys)))
    exhibits = tuple(_exhibits(kept, snapshot, keys))
    source = f"product/{Path(str(snapshot.path)).name}"
    bundle = Bundle(snapshot=snapshot, exhibits=exhibits, tool=MAKER.tool, source=source)
    capture = snapshot.capture
    info = {
        "Bag-Software-Agent": bundle.tool,
        "External-Description": f"{snapshot.document.title}: the text of {capture.url} as archived at {capture.timestamp} "
        f"(UTC), with its evidence",
        "External-Identifier": snapshot.memento_url or f"{capture.archive} {capture.timestamp} {capture.url}",
    }
    return packed_bag(bag_name(f"{host_of(capture.url)}-{capture.timestamp}"), _payload(kept, bundle, keys), info)


def _payload(kept: Store, bundle: Bundle, keys: tuple[str, ...]) -> dict[str, bytes]:
    snapshot, answer = bundle.snapshot, bundle.snapshot.answer
    payload = {
        bundle.source: snapshot.markdown.encode(),
        f"{bundle.source.removesuffix('.md')}.json": _as_json(dict(snapshot.provenance)),
        "headers.txt": headers_as_text(bundle.exhibits).encode(),
        "memento-urls.txt": addresses_as_text(bundle).encode(),
        "report.html": bundle_as_html(bundle).encode(),
    }
    if answer is not None:
        payload["answer.json"] = _as_json(answer_to_dict(answer))
        payload["redirects.json"] = _as_json([hop_to_dict(hop) for hop in answer.hops])
        urls = dict.fromkeys([answer.url, *(hop.location for hop in answer.hops)])
        for listing in (kept.listing_file(key, url) for url in urls for key in keys):
            if content := read_file(listing):
                payload[f"listings/{bag_name(listing.name)}"] = content
    for exhibit in bundle.exhibits:
        for name in exhibit.files:
            payload[f"warc/{bag_name(name)}"] = (kept.warc_folder / name).read_bytes()
    return payload


def _exhibits(kept: Store, snapshot: Snapshot, keys: tuple[str, ...]) -> Iterator[Exhibit]:
    """All archived answers that an answer rests on; those that were passed over by the index alone were never fetched."""
    yield _exhibit(kept, keys, "the page", snapshot.capture)
    answer = snapshot.answer
    for hop in answer.hops if answer else ():
        yield _exhibit(kept, keys, "a redirect that led to it", hop.capture)
    if frame := framed_capture(snapshot.provenance):
        yield _exhibit(kept, keys, "its frame, which holds the text", frame)
    for skipped in answer.skipped if answer else ():
        if any(kept.memento(key, skipped.capture) for key in keys):
            yield _exhibit(kept, keys, "passed over", skipped.capture)


def _exhibit(kept: Store, keys: tuple[str, ...], role: str, capture: Capture) -> Exhibit:
    for key in keys:
        memento = kept.memento(key, capture)
        if memento is not None:
            files = tuple(file.name for file in kept.evidence_files(key, capture))
            return Exhibit(role=role, memento=memento, files=files)
    raise StoreError(f"the evidence of {capture.url} of {capture.timestamp} is missing", path=str(kept.warc_folder))


def _as_json(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n"
