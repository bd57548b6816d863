"""The catalogue's kept connection: what happens to the file while it is open, in this process and in others."""

import contextlib
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivepolicy.errors import StoreError
from archivepolicy.records import Capture
from archivepolicy.store import Store
from peers.meadow import write_warc

INSIDE = ".archivepolicy"
# what the scripts below share: a store whose products are two small files each
SCRIPT = """
import json, os, sys, threading
from pathlib import Path
from archivepolicy.records import Capture
from archivepolicy.store import Store

def capture(number):
    return Capture(url=f"http://a.example/{number}", timestamp="20130608222501", digest="A" * 32, archive="x")

def enter(store, number):
    provenance = {"archive_key": "x", "url": capture(number).url, "timestamp": "20130608222501",
                  "payload": {"sha256": "0" * 64}, "capture": {"digest": "A" * 32}}
    path = Path(store.root, "a.example", str(number))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(provenance))
    path.with_suffix(".md").write_text("text")
    store.catalogue.add(f"a.example/{number}", provenance)

def is_there(store, number):
    return store.catalogue.find("x", capture(number)) == f"a.example/{number}"
"""


def capture(number: int) -> Capture:
    return Capture(url=f"http://a.example/{number}", timestamp="20130608222501", digest="A" * 32, archive="x")


def enter(store: Store, number: int) -> None:
    """Put a product into a store, files first."""
    provenance = {
        "archive_key": "x",
        "url": capture(number).url,
        "timestamp": capture(number).timestamp,
        "payload": {"sha256": "0" * 64},
        "capture": {"digest": "A" * 32},
    }
    path = store.root / "a.example" / str(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(provenance), encoding="utf-8")
    path.with_suffix(".md").write_text("text", encoding="utf-8")
    store.catalogue.add(f"a.example/{number}", provenance)


def found(store: Store, *numbers: int) -> list[int]:
    """Which of some products the catalogue knows."""
    return [number for number in numbers if store.catalogue.find("x", capture(number)) == f"a.example/{number}"]


def run_script(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT + text, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store(tmp_path / "store")) as opened:
        for number in (1, 2):
            enter(opened, number)
        yield opened


def log_of(store: Store) -> Path:
    """The write-ahead log, which is there exactly while somebody has the catalogue open."""
    return store.root / INSIDE / "catalogue.sqlite-wal"


def test_the_connection_is_kept_and_closed(store: Store) -> None:
    assert found(store, 1, 2, 3) == [1, 2]
    assert log_of(store).exists()
    store.close()
    assert not log_of(store).exists()
    assert found(store, 1) == [1]


def test_a_store_that_nobody_holds_is_closed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    enter(store, 1)
    log = log_of(store)
    assert log.exists()
    del store
    assert not log.exists()


@pytest.mark.parametrize("endings", [("",), ("", "-wal"), ("", "-wal", "-shm"), ("-wal",), ("-shm",)])
def test_files_may_be_deleted_under_it(store: Store, endings: tuple[str, ...]) -> None:
    for ending in endings:
        (store.root / INSIDE / f"catalogue.sqlite{ending}").unlink()
    if "" in endings:  # what is left without the file itself is nobody's
        assert found(store, 1, 2) == [1, 2]
    enter(store, 3)
    store.close()
    with contextlib.closing(Store(store.root)) as other:
        if "" not in endings:
            other.catalogue.rebuild()
        assert found(other, 1, 2, 3) == [1, 2, 3]


def test_two_that_have_it_open_survive_its_deletion(store: Store) -> None:
    with contextlib.closing(Store(store.root)) as other:
        assert found(other, 1, 2) == [1, 2]
        (store.root / INSIDE / "catalogue.sqlite").unlink()  # the other two files stay, still shared by both
        enter(store, 3)
        enter(other, 4)
        assert found(store, 1, 2, 3, 4) == [1, 2, 3, 4]
        assert found(other, 1, 2, 3, 4) == [1, 2, 3, 4]
    assert found(store, 1, 2, 3, 4) == [1, 2, 3, 4]


def test_a_store_may_be_replaced_under_it(store: Store, tmp_path: Path) -> None:
    with contextlib.closing(Store(tmp_path / "other")) as other:
        enter(other, 7)
    store.root.rename(tmp_path / "away")
    (tmp_path / "other").rename(store.root)
    assert found(store, 1, 2, 7) == [7]
    shutil.rmtree(store.root)
    assert found(store, 1, 2, 7) == []
    enter(store, 8)
    assert found(store, 7, 8) == [8]


def test_a_catalogue_that_another_release_made_anew_is_made_anew(store: Store) -> None:
    with contextlib.closing(sqlite3.connect(store.root / INSIDE / "catalogue.sqlite")) as database, database:
        database.executescript("DROP TABLE snapshots; CREATE TABLE snapshots (path TEXT); PRAGMA user_version = 2;")
    assert found(store, 1, 2) == [1, 2]
    store.catalogue.rebuild()
    assert found(store, 1, 2) == [1, 2]


def test_a_catalogue_that_is_damaged_within_is_made_anew(store: Store) -> None:
    for number in range(3, 200):
        enter(store, number)
    store.close()
    file = store.root / INSIDE / "catalogue.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))  # the first page is in order: it opens
    assert found(store, 1, 99, 199, 200) == [1, 99, 199]


def test_a_wrong_row_is_no_reason_to_delete_anything(store: Store) -> None:
    with pytest.raises(StoreError, match="NOT NULL"):
        store.catalogue.add("a.example/5", {"archive_key": None, "url": "http://a.example/5", "timestamp": "2013",
                                            "payload": {"sha256": ""}, "capture": {"digest": None}})  # fmt: skip
    assert found(store, 1, 2) == [1, 2]


def test_captures_without_digest_are_found(store: Store) -> None:
    one = Capture(url="http://a.example/9", timestamp="20130608222501", archive="x")
    store.catalogue.add("a.example/9", {"archive_key": "x", "url": one.url, "timestamp": one.timestamp,
                                        "payload": {"sha256": ""}, "capture": {"digest": None}})  # fmt: skip
    assert store.catalogue.find("x", one) == "a.example/9"
    assert store.catalogue.find("x", capture(9)) is None


def test_a_store_goes_to_another_process(store: Store) -> None:
    assert found(pickle.loads(pickle.dumps(store)), 1, 2, 3) == [1, 2]  # noqa: S301 - our own bytes


def test_threads_share_it(store: Store) -> None:
    missed: list[int] = []

    def ask(start: int) -> None:
        for number in range(start, start + 20):
            enter(store, number)
            missed.extend({number, 1} - set(found(store, number, 1)))

    threads = [threading.Thread(target=ask, args=(start,)) for start in (100, 200, 300, 400)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missed == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_fork_carries_no_connection(tmp_path: Path) -> None:
    done = run_script(
        """
import warnings
warnings.simplefilter("ignore")  # forking beside threads is what is tried here
store = Store(sys.argv[1])
enter(store, 0)
stop = threading.Event()
asking = threading.Thread(target=lambda: [None for _ in iter(stop.is_set, True) if not is_there(store, 0)])
asking.start()
children = []
for number in range(1, 7):
    child = os.fork()
    if not child:
        enter(store, number)
        os._exit(0 if is_there(store, 0) and is_there(store, number) else 1)
    children.append(child)
    enter(store, 100 + number)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
stop.set()
asking.join()
print(codes, all(is_there(store, number) for number in [*range(7), *range(101, 107)]))
""",
        tmp_path,
    )
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0, 0, 0] True\n", "")


def test_processes_write_while_it_is_deleted(store: Store) -> None:
    writing = """
store = Store(sys.argv[1])
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 30):
    enter(store, number)
    assert is_there(store, number) and is_there(store, 1), number
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", SCRIPT + writing, str(store.root), str(start)], stderr=subprocess.PIPE)
        for start in (100, 200, 300)
    ]
    deletions = 0
    while any(process.poll() is None for process in processes):
        if (store.root / "a.example" / f"{100 + 5 * deletions}.md").exists() and deletions < 4:
            (store.root / INSIDE / "catalogue.sqlite").unlink(missing_ok=True)
            deletions += 1
        assert found(store, 1, 2) == [1, 2]
    assert [(process.wait(), process.stderr.read()) for process in processes if process.stderr] == [(0, b"")] * 3
    for process in processes:
        if process.stderr:
            process.stderr.close()
    everything = [start + number for start in (100, 200, 300) for number in range(30)]
    assert found(store, *everything) == everything


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of a POSIX system")
def test_another_user_reads_what_is_open_here(store: Store) -> None:
    for folder in [store.root, *store.root.rglob("*")]:
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    for folder in store.root.parents:
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    assert found(store, 1) == [1]
    assert log_of(store).stat().st_size > 0
    done = run_script(
        """
Store("/nonexistent").catalogue.find  # all modules: the interpreter may be root's alone
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # root may write everywhere
store = Store(sys.argv[1])
with store.catalogue.inspected() as looked_at:
    print(None if looked_at is None else list(looked_at.paths()), is_there(store, 2))
""",
        store.root,
    )
    if os.getuid() == 0:
        assert (done.stdout, done.stderr) == ("['a.example/1', 'a.example/2'] True\n", "")


ASKING_AT_THE_END = """
import sys, threading, time
from pathlib import Path
from archivepolicy.archives.warc_index import WarcIndex
from archivepolicy.archives.warc_files import warc_files
from archivepolicy.store import Store

what, path = sys.argv[1], Path(sys.argv[2])
if what == "catalogue":
    ask = Store(path).catalogue.urls_of
else:
    ask = WarcIndex(path, warc_files(path), Path(sys.argv[3]) if what == "kept index" else None).of_digest
ask("none")

def go():
    while True:
        ask("none")

for _ in range(4):
    threading.Thread(target=go, daemon=True).start()
time.sleep(0.2)
"""


@pytest.mark.parametrize("what", ["catalogue", "kept index", "index in memory"])
def test_a_process_may_end_while_threads_ask(what: str, tmp_path: Path) -> None:
    """An interruption gives up what is under way; the `sqlite3` module crashes where a connection is closed under a question."""
    path = tmp_path if what == "catalogue" else write_warc(tmp_path / "a.warc")
    for _ in range(6):
        ended = subprocess.run(
            [sys.executable, "-c", ASKING_AT_THE_END, what, path, tmp_path / "cache"], capture_output=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
    assert not [file.name for file in tmp_path.rglob("*") if file.name.endswith(("-wal", "-shm"))]
