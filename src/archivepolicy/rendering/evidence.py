"""A bundle's own papers: the page that says in plain words what was done, the addresses for an affidavit, the headers.

All is made of the bundle alone, so that the same bundle gives the same bytes. The page needs no network and no script. What it
may say follows the rule of every answer: what captures show, never what happened.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archivepolicy.digests import sha1_base32, sha256_hex
from archivepolicy.rendering.answer import duration
from archivepolicy.timestamps import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archivepolicy.records.answer import Answer
    from archivepolicy.records.bundle import Bundle, Exhibit

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 Georgia, serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
h1, h2 { line-height: 1.25; } h2 { margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-style: italic; padding-bottom: .3rem; }
th, td { border-top: 1px solid #8888; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
td, code { overflow-wrap: anywhere; } code { font-size: .85rem; }
"""
_VERDICTS = {
    "match": "The two are equal: the body is the one that the archive indexed.",
    "mismatch": "The two differ. The body may be damaged, or the archive may have hashed it in another form.",
    "unknown": "Whether they agree cannot be known: the index gives no digest, or the archive no longer gives the body in "
    "the form in which it was hashed.",
}


def bundle_as_html(bundle: Bundle) -> str:
    """The page that explains a bundle."""
    title = f"{bundle.snapshot.document.title}, as archived on {iso_time(bundle.snapshot.capture.timestamp)}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        *_result(bundle),
        *_steps(bundle),
        *_exhibits(bundle.exhibits),
        *_digests(bundle),
        *_checking(bundle),
        *_limits(),
    ]
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def addresses_as_text(bundle: Bundle) -> str:
    """The exact addresses of the captures, one a line under what each is: what an archive is asked to attest."""
    lines = [
        "Addresses of the archived pages in this bundle, for an archive's affidavit.",
        "The first of each is the page as the archive shows it to a person, the second the same page as it was archived.",
    ]
    for exhibit in bundle.exhibits:
        memento = exhibit.memento
        lines += ["", f"{exhibit.role}: {memento.capture.url}, captured {iso_time(memento.timestamp)}"]
        if exhibit.view_url and memento.memento_url:
            lines += [exhibit.view_url, memento.memento_url]
        else:
            lines.append(f"no address: it was read from the file {memento.capture.archive}")
    return "\n".join(lines) + "\n"


def headers_as_text(exhibits: Sequence[Exhibit]) -> str:
    """The archived status and headers of each answer, as archived."""
    blocks = []
    for exhibit in exhibits:
        memento = exhibit.memento
        lines = [
            f"{exhibit.role}: {memento.capture.url}, captured {iso_time(memento.timestamp)}",
            f"HTTP {memento.status}",
        ]
        lines += [f"{name}: {value}" for name, value in memento.headers]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _result(bundle: Bundle) -> list[str]:
    snapshot = bundle.snapshot
    capture, provenance = snapshot.capture, snapshot.provenance
    lines = [
        (
            f"<p>This folder holds the text that the web page <code>{escape(capture.url)}</code> had when it was "
            f"archived at {iso_time(capture.timestamp)} (UTC; archive: {escape(capture.archive)}), and what is "
            f"needed to check it. The text itself is in "
            f"<a href='{escape(bundle.source)}'>{escape(bundle.source)}</a>.</p>"
        )
    ]
    if snapshot.document.stated_dates:
        said = ", ".join(f"“{escape(date.text)}”" for date in snapshot.document.stated_dates)
        lines.append(f"<p>The page says of itself: {said}.</p>")
    if snapshot.answer and snapshot.answer.successor_url:
        successor = escape(snapshot.answer.successor_url)
        lines.append(f"<p>The address asked for moved: archived redirects lead to <code>{successor}</code>.</p>")
    if snapshot.warnings:
        lines.append("<p>A careful reader should know:</p>")
        lines.append(_list(snapshot.warnings))
    lines.append(
        f"<p>The text was cut out of the page by {escape(provenance['tool'])} (rules of version "
        f"{escape(provenance['extractor_version'])}). {len(snapshot.document.removed):,} things on the page that are not the "
        f"policy were left out; each is listed under <code>document.removed</code> in the file beside the text.</p>"
    )
    return lines


def _steps(bundle: Bundle) -> list[str]:
    """What was done, in order."""
    answer = bundle.snapshot.answer
    if answer is None:
        return []
    near = answer.neighbours
    steps = [
        f"It was asked what <code>{escape(answer.url)}</code> said {_asked(answer)}.",
        (
            f"The archive's list of all its captures was read{_listed(answer)}. Of "
            f"<code>{escape(answer.capture.url)}</code> it names {near.count:,}, from "
            f"{iso_time(near.first.timestamp)} to {iso_time(near.last.timestamp)}."
        ),
    ]
    steps += [
        f"The capture of {iso_time(one.capture.timestamp)} was passed over: {escape(one.reason)}."
        for one in answer.skipped
    ]
    steps += [
        f"The capture of <code>{escape(hop.capture.url)}</code> of {iso_time(hop.capture.timestamp)} is a redirect (HTTP "
        f"{hop.capture.status}) to <code>{escape(hop.location)}</code>, which was followed within the archive."
        for hop in answer.hops
    ]
    steps.append(f"The capture of {iso_time(answer.capture.timestamp)} was taken. {_distance(answer)}")
    steps.append(
        "The page was fetched from the archive in the form in which it was archived, without the archive's own additions."
    )
    around = []
    if near.same_from != near.same_until:
        same = f"from {iso_time(near.same_from.timestamp)} to {iso_time(near.same_until.timestamp)}"
        around.append(f"Every capture {same} has the same bytes.")
    if near.other_before:
        around.append(f"The last capture before with other bytes is of {iso_time(near.other_before.timestamp)}.")
    if near.other_after:
        around.append(f"The first capture after with other bytes is of {iso_time(near.other_after.timestamp)}.")
    around.append("Other bytes do not prove another text, and between two captures nothing is known.")
    steps.append(" ".join(around))
    return ["<h2>What was done</h2>", _list(steps, tag="ol", is_html=True)]


def _asked(answer: Answer) -> str:
    words = {"as-of": "as of", "before": "before", "after": "after", "nearest": "nearest to", "exact": "within"}
    return f"{words[answer.select.value]} {escape(answer.period.text)}"


def _listed(answer: Answer) -> str:
    return f" at {iso_time(answer.listed_at)}" if answer.listed_at else " from a local file"


def _distance(answer: Answer) -> str:
    if answer.distance_s == 0:
        return "It lies within the time asked for."
    side = "before" if answer.distance_s < 0 else "after"
    return f"It lies {duration(abs(answer.distance_s))} {side} the time asked for."


def _exhibits(exhibits: Sequence[Exhibit]) -> list[str]:
    rows = []
    for exhibit in exhibits:
        memento = exhibit.memento
        address = exhibit.view_url or f"none (read from the file {memento.capture.archive})"
        retrieved = iso_time(memento.retrieved_at) if memento.retrieved_at else "not over the network"
        cells = (
            exhibit.role,
            memento.capture.url,
            iso_time(memento.timestamp),
            str(memento.status),
            retrieved,
            address,
        )
        rows.append((*cells, ", ".join(f"warc/{name}" for name in exhibit.files)))
    heads = ("what", "original address", "captured", "HTTP", "fetched", "archive's address", "in this folder")
    return ["<h2>The archived pages</h2>", _table("All times are UTC.", heads, rows)]


def _digests(bundle: Bundle) -> list[str]:
    lines = ["<h2>Fingerprints</h2>"]
    rows = [
        (
            exhibit.role,
            f"{len(exhibit.memento.payload):,}",
            sha256_hex(exhibit.memento.payload),
            sha1_base32(exhibit.memento.stored_payload),
            exhibit.memento.capture.digest or "none",
            exhibit.memento.digest_verdict,
        )
        for exhibit in bundle.exhibits
    ]
    heads = (
        "what",
        "bytes",
        "SHA-256 of the body",
        "SHA-1 of the body as stored",
        "SHA-1 by the archive's index",
        "verdict",
    )
    lines.append(_table("A fingerprint changes with any change of the file.", heads, rows))
    lines.append(f"<p>Of the page: {escape(_VERDICTS.get(bundle.exhibits[0].memento.digest_verdict, ''))}</p>")
    product = sha256_hex(bundle.snapshot.markdown.encode())
    lines.append(f"<p>SHA-256 of the text <code>{escape(bundle.source)}</code>: <code>{product}</code></p>")
    return lines


def _checking(bundle: Bundle) -> list[str]:
    asked = f"{bundle.snapshot.capture.url} --as-of {bundle.snapshot.capture.timestamp}"
    steps = [
        (
            "That no file was changed: <code>sha256sum -c manifest-sha256.txt</code> in the folder above this one, or any "
            "program that validates BagIt (RFC 8493)."
        ),
        (
            "That the archive shows the same: open the archive's addresses above; <code>memento-urls.txt</code> lists them as "
            "an archive wants them in a request for an affidavit."
        ),
        (
            "That the stored page is the archived one: any program that replays WARC files (ISO 28500) shows those in "
            "<code>warc/</code>."
        ),
        (
            f"That the text follows from the page: <code>archivepolicy get {escape(asked)} --archive warc --no-store</code> in "
            f"this folder, with {escape(bundle.snapshot.provenance['tool'])}."
        ),
    ]
    return ["<h2>How to check it</h2>", _list(steps, is_html=True)]


def _limits() -> list[str]:
    said = (
        (
            "A capture shows what the site sent to the archive's crawler at that time; a visitor elsewhere may have been sent "
            "another page."
        ),
        "The time of a capture is the archive's.",
        "The fingerprints prove that files are the same as when they were packed, not who packed them.",
        "Words, links and order of the text are the page's, its layout is not kept: the archived page decides.",
    )
    return ["<h2>What it does not show</h2>", _list(said)]


def _list(items: Iterable[str], *, tag: str = "ul", is_html: bool = False) -> str:
    rows = "".join(f"<li>{item if is_html else escape(item)}</li>\n" for item in items)
    return f"<{tag}>\n{rows}</{tag}>"


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table>\n<caption>{escape(caption)}</caption>\n<tr>{head}</tr>\n{body}</table>"
