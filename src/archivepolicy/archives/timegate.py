"""A TimeGate asked again and again until it names no new capture (RFC 7089 §4.1, §4.2).

In: a TimeGate's address. Out: what each of its answers says of mementos. A TimeGate names the memento nearest to a moment,
and in its `Link` header mostly the first, the last and the ones beside it. Moments between known captures are asked for,
the widest gap first, until every gap was looked into or the bound is reached.
"""

from __future__ import annotations

from email.utils import format_datetime
from itertools import pairwise
from urllib.parse import urljoin

from archivepolicy.archives.link_format import LinkValue, http_timestamp, parse_links
from archivepolicy.archives.session import Reply, Request, Session
from archivepolicy.errors import ArchiveUnavailableError, ExcludedError
from archivepolicy.timestamps import seconds_between, shifted, to_datetime
from archivepolicy.urls import host_of, split_replay_address

MAX_QUESTIONS = 40
_EARLIEST = "19960101000000"  # before the first web archive
_MIN_GAP_S = 2

Answers = list[tuple[list[LinkValue], str]]


def found_through_gate(gate: str, session: Session, now: str) -> Answers | None:
    """Ask a TimeGate for moments from the beginning of web archives to now.

    Args:
        gate: Its address for one URL.
        session: The session to its host.
        now: 14 digits.

    Returns:
        The links of each answer with the address that they are relative to; None where there is no TimeGate at this
        address, or it knows no capture of the URL.

    Raises:
        ArchiveUnavailableError: It fails.
        ExcludedError: It does not show this site.
    """
    answers: Answers = []
    known: set[str] = set()
    looked_into: set[tuple[str, str]] = set()
    moment: str | None = now
    while moment is not None and len(answers) < MAX_QUESTIONS:
        links = _asked(gate, session, moment)
        if links is None:
            return answers or None
        answers.append((links, gate))
        known |= {stamp for link in links if "memento" in link.relations and (stamp := _stamp(link, gate))}
        moment = _EARLIEST if len(answers) == 1 else _next_moment(known, looked_into)
    return answers


def _next_moment(known: set[str], looked_into: set[tuple[str, str]]) -> str | None:
    """The middle of the widest gap between captures that was not looked into; None where there is none."""
    gaps = [gap for gap in pairwise(sorted(known)) if gap not in looked_into]
    wide = [(seconds_between(*gap), gap) for gap in gaps if seconds_between(*gap) > _MIN_GAP_S]
    if not wide:
        return None
    length_s, gap = max(wide)
    looked_into.add(gap)
    return shifted(gap[0], length_s // 2)


def _asked(gate: str, session: Session, moment: str) -> list[LinkValue] | None:
    """The mementos that one answer names; None where it knows none."""
    when = format_datetime(to_datetime(moment), usegmt=True)
    reply = session.get(gate, Request.REPLAY, headers={"Accept-Datetime": when})
    if not reply.is_memento:
        name = host_of(gate)
        if reply.status in (403, 451):
            raise ExcludedError(f"{name} excludes this URL from its archive", url=gate)
        if reply.status >= 500:
            raise ArchiveUnavailableError(f"{name}: the TimeGate answered {reply.status}", archive=name)
        if not 300 <= reply.status < 400:
            return None
    links = [link for value in _all(reply, "link") for link in parse_links(value)[0]]
    chosen = reply.header("content-location" if reply.is_memento else "location")
    if chosen is not None:
        parameters = {"datetime": reply.header("memento-datetime") or ""}
        links.append(LinkValue(target=chosen, relations=frozenset({"memento"}), parameters=parameters))
    stamps = [link for link in links if "memento" in link.relations and _stamp(link, gate)]
    return [*stamps, *(link for link in links if "original" in link.relations)] if stamps else None


def _stamp(link: LinkValue, base: str) -> str | None:
    there = split_replay_address(urljoin(base, link.target))
    return there.timestamp if there else http_timestamp(link.parameters.get("datetime", ""))


def _all(reply: Reply, name: str) -> list[str]:
    return [value for key, value in reply.headers if key.lower() == name]
