"""All names of archives, for a person who looks for one."""

from __future__ import annotations

from archivepolicy.archives.commoncrawl import DATA_URL, INDEX_URL
from archivepolicy.archives.presets import presets
from archivepolicy.archives.wayback import WAYBACK_MACHINE
from archivepolicy.records.archive_name import ArchiveName

_FORMS = (
    ("wayback:BASE", "another host in the Wayback Machine's dialect"),
    ("pywb:COLLECTION-URL", "any pywb or OpenWayback with a capture index"),
    ("memento:PREFIX", "any Memento archive, by its TimeMap or TimeGate"),
    ("commoncrawl:CRAWL,...", "some crawls of Common Crawl, by year or identifier"),
    ("commoncrawl:BASE", "another host that answers like Common Crawl"),
    ("PATH", "a WARC, ARC or WACZ file, or a folder of them"),
)


def archive_names() -> list[ArchiveName]:
    """The archives that have a name, then the forms of names for all others."""
    return [
        ArchiveName(
            name="wayback",
            title="Wayback Machine of the Internet Archive",
            address=f"{WAYBACK_MACHINE}/web",
            index=f"{WAYBACK_MACHINE}/cdx/search/cdx",
            source="internetarchive/wayback, wayback-cdx-server/README.md",
            read="2026-11-22",
        ),
        *(
            ArchiveName(
                name=one.name,
                title=one.title,
                address=one.collection,
                index=one.index,
                source=one.source,
                read=one.read.isoformat(),
            )
            for one in presets().values()
        ),
        ArchiveName(
            name="commoncrawl",
            title="Common Crawl",
            address=DATA_URL,
            index=f"{INDEX_URL}/collinfo.json",
            source="cocrawler/cdx_toolkit",
            read="2026-11-22",
        ),
        *(ArchiveName(name=name, title=title) for name, title in _FORMS),
    ]
