import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archivepolicy.batches import pool as pool_module
from archivepolicy.batches.pool import ExtractionCrashedError, ExtractionPool
from archivepolicy.errors import InputError
from archivepolicy.extraction import extract
from archivepolicy.records.section import Section
from peers.crowd import policy_page
from peers.deadly import DEADLY, deadly


@pytest.fixture
def pool() -> Iterator[ExtractionPool]:
    with ExtractionPool(2) as opened:
        yield opened


def test_a_worker_gives_what_extract_gives(pool: ExtractionPool) -> None:
    page = policy_page(3, 2014)
    assert pool.extract(page, url="http://a.example/") == extract(page, url="http://a.example/")


def test_an_error_of_extract_arrives(pool: ExtractionPool) -> None:
    with pytest.raises(InputError):
        pool.extract(policy_page(3, 2014), section=Section(from_heading="no such heading"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_page_that_kills_its_worker_costs_itself_alone(pool: ExtractionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_extracted", deadly)
    payloads = [policy_page(number, 2014) for number in range(8)]
    payloads.insert(4, DEADLY)
    with ThreadPoolExecutor(5) as threads:
        futures = [threads.submit(pool.extract, payload) for payload in payloads]
    failures = [future.exception() for future in futures]
    assert isinstance(failures.pop(4), ExtractionCrashedError)
    assert failures == [None] * 8
    assert pool.extract(payloads[0]).title == "Privacy Policy"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import multiprocessing, time\n"
        "from archivepolicy.batches.pool import ExtractionPool\n"
        "if __name__ == '__main__':\n"
        "    pool = ExtractionPool(1)\n"
        "    print(*[child.pid for child in multiprocessing.active_children()], flush=True)\n"
        "    time.sleep(60)\n",
        encoding="utf-8",
    )
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert workers
    limit = time.monotonic() + 10
    while any(_is_running(worker) for worker in workers):
        assert time.monotonic() < limit
        threading.Event().wait(0.02)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"
