"""A history as a git repository, so that git's own tools work on it.

One commit a version on `main`, in the order of first sight; a transient is a commit of its own beside the line, under a tag
`transient/TIMESTAMP-NUMBER`, so that nothing is dropped and `main` ends in a text that lasted. Author and committer time are
the first capture that holds the version; what the capture was, and which extractor read it, stands in the trailers.

The commits depend on the versions alone: no clock, no user's configuration, nothing that a later capture would alter.
Exported again they have the same names, and a history with more recent captures begins with the commits that were there,
unless those captures show that the last version was a transient.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from archivepolicy.errors import InputError, StoreError
from archivepolicy.rendering.history import seen
from archivepolicy.timestamps import iso_date, iso_time, to_datetime
from archivepolicy.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archivepolicy.records.history import History
    from archivepolicy.records.version import Version

FILE = "policy.md"
_BRANCH = "refs/heads/main"
_TRANSIENTS = "refs/tags/transient/"
_MARK = "archivepolicy.url"  # the setting by which an exported repository is known
_COMMITTER = "archivepolicy <archivepolicy@archivepolicy.invalid>"  # a domain that never exists (RFC 2606 §2)


def export_git(history: History, folder: Path) -> int:
    """Write a history as a git repository.

    Args:
        history: What to write.
        folder: Where; absent, empty, or an earlier export of the same URL and section without changes of one's own.

    Returns:
        How many commits it has.

    Raises:
        InputError: The folder holds something else, or git is not installed.
        StoreError: It cannot be written, or git failed; nothing is left behind.
    """
    _check_git()
    if _is_free(folder):
        _make(history, folder)
    else:
        _check_ours(_subject(history), folder)
        _fill(history, folder)
    return len(history.versions)


def fast_import_stream(history: History) -> bytes:
    """The history as `git fast-import` reads it (git-fast-import(1))."""
    parts = []
    last: int | None = None  # mark of the newest commit on the line
    for version in history.versions:
        parts.append(_commit(history, version, parent=version.transient_of if version.is_transient else last))
        if not version.is_transient:
            last = version.number
    return b"".join((*parts, b"done\n"))


def _ref(version: Version) -> str:
    return f"{_TRANSIENTS}{version.first_seen}-{version.number}" if version.is_transient else _BRANCH


def _commit(history: History, version: Version, *, parent: int | None) -> bytes:
    ref = _ref(version)
    when = f"{int(to_datetime(version.first_seen).timestamp())} +0000"
    host = host_of(version.snapshot.capture.url)
    message, content = _message(history, version).encode(), version.markdown.encode()
    # a ref that is set anew begins without parents, whatever an earlier export left there
    lines = [
        *([f"reset {ref}"] if parent is None or version.is_transient else []),
        f"commit {ref}",
        f"mark :{version.number}",
        f"author {_plain(host)} <policy@{_plain(host)}.invalid> {when}",
        f"committer {_COMMITTER} {when}",
        f"data {len(message)}",
    ]
    origin = f"from :{parent}\n" if parent is not None else ""
    head = (
        "\n".join(lines).encode()
        + b"\n"
        + message
        + f"\n{origin}M 100644 inline {FILE}\ndata {len(content)}\n".encode()
    )
    return head + content + b"\n"


def _message(history: History, version: Version) -> str:
    """Subject, how the version was seen, and trailers; only what was known when it was first seen."""
    capture, provenance = version.snapshot.capture, version.snapshot.provenance
    what = "Transient" if version.is_transient else "Version"
    change = f", {version.words_added:,} words in, {version.words_removed:,} out" if version.number > 1 else ""
    trailers = [
        ("URL", capture.url),
        ("Section", _section(version)),
        ("Capture", version.first_seen),
        ("Last-Without", version.last_without),
        ("Read-From", capture.timestamp if capture.timestamp != version.first_seen else None),
        ("Memento", version.snapshot.memento_url),
        ("Archive", history.archive),
        ("Digest", capture.digest),
        ("Payload-SHA256", provenance["payload"]["sha256"]),
        *((f"Stated-{date.label.capitalize()}", date.date or date.text) for date in version.stated_dates),
        ("Extractor", provenance["extractor_version"]),
    ]
    said = seen(version.runs[0])
    listed = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in trailers if value)
    subject = f"{what} first seen {iso_date(version.first_seen)}{change}"
    return f"{subject}\n\n{said[0].upper()}{said[1:]}.\nThe capture is of {iso_time(version.first_seen)}.\n\n{listed}\n"


def _plain(text: str) -> str:
    """A name that may stand in a commit's author line."""
    return "".join(character for character in text if character.isprintable() and character not in "<>\n") or "unknown"


def _check_git() -> None:
    if shutil.which("git") is None:
        raise InputError("git is needed for --git, and there is none on the PATH: install it first")


def _is_free(folder: Path) -> bool:
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as cause:
        raise StoreError(f"cannot look into {folder}: {cause.strerror or cause}", path=str(folder)) from cause


def _subject(history: History) -> str:
    """What a repository is the history of: a URL, and the section of its page where one is asked for."""
    section = _section(history.versions[0])
    return f"{history.url} {section}" if section else history.url


def _section(version: Version) -> str:
    bounds = version.snapshot.provenance.get("section")
    return json.dumps(bounds, ensure_ascii=False) if bounds else ""


def _check_ours(subject: str, folder: Path) -> None:
    """Refuse a folder that is no earlier export of the same, or that somebody has worked in."""
    if not (folder / ".git").is_dir():
        raise InputError(f"{folder} is not empty, and no earlier export: name an empty or new folder")
    marked = _git(folder, "config", "--local", "--get", _MARK, check=False).decode().strip()
    if marked != subject:
        whose = f"an export of {marked}" if marked else "a git repository of its own"
        raise InputError(f"{folder} is {whose}: name an empty or new folder")
    authors = set(_git(folder, "log", "--all", "--format=%cn <%ce>", check=False).decode().splitlines())
    if authors - {_COMMITTER} or _git(folder, "status", "--porcelain").strip():
        raise InputError(f"{folder} was changed after it was exported: name an empty or new folder")


def _make(history: History, folder: Path) -> None:
    """Make the repository beside its place and move it there when it is whole."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            _git(made, "init", "--quiet", "--object-format=sha1", f"--initial-branch={_BRANCH.rpartition('/')[2]}")
            _git(made, "config", "--local", _MARK, _subject(history))
            _git(made, "config", "--local", "core.autocrlf", "false")
            _fill(history, made)
            if folder.exists():
                folder.rmdir()  # empty: it was looked into
            made.replace(folder)
    except OSError as cause:
        raise StoreError(f"cannot write {folder}: {cause.strerror or cause}", path=str(folder)) from cause


def _fill(history: History, folder: Path) -> None:
    _git(folder, "fast-import", "--quiet", "--force", "--done", "--date-format=raw", stdin=fast_import_stream(history))
    written = {_ref(version) for version in history.versions}
    for ref in _git(folder, "for-each-ref", "--format=%(refname)", _TRANSIENTS).decode().split():
        if ref not in written:  # of an earlier export, before more captures showed what it was
            _git(folder, "update-ref", "-d", ref)
    _git(folder, "reset", "--quiet", "--hard", _BRANCH)


def _git(folder: Path, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
    """Run git in a folder, free of the user's configuration; its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command: Sequence[str] = ("git", "-c", "core.hooksPath=/dev/null", *arguments)
    done = subprocess.run(  # noqa: S603 - a fixed program, and arguments of this module
        command,
        cwd=folder,
        env={**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"},
        input=stdin,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise StoreError(f"git {arguments[0]} failed in {folder}: {said[:300]}", path=str(folder))
    return done.stdout
