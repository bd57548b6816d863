import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archivepolicy.batches.pool import ExtractionCrashedError, ExtractionPool, ExtractionTimedOutError
from archivepolicy.errors import InputError, UnusableCaptureError
from archivepolicy.extraction import extract
from archivepolicy.records.section import Section
from peers.crowd import policy_page
from peers.deadly import DEADLY, ENDLESS, deadly, endless, odd


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
def test_a_page_that_kills_its_worker_costs_itself_alone() -> None:
    payloads = [policy_page(number, 2014) for number in range(8)]
    payloads.insert(4, DEADLY)
    with ExtractionPool(2, work=deadly) as pool, ThreadPoolExecutor(5) as threads:
        futures = [threads.submit(pool.extract, payload) for payload in payloads]
        failures = [future.exception() for future in futures]
        assert pool.extract(payloads[0]).title == "Privacy Policy"
    assert isinstance(failures.pop(4), ExtractionCrashedError)
    assert failures == [None] * 8


def test_a_page_that_takes_too_long_is_given_up_and_its_worker_replaced() -> None:
    with ExtractionPool(1, work=endless, page_limit_s=0.2) as pool:
        with pytest.raises(ExtractionTimedOutError, match=r"more than 0\.2 s"):
            pool.extract(ENDLESS)
        pool._page_limit_s = 60.0  # on a busy machine a good page, too, takes its time
        assert pool.extract(policy_page(1, 2014)).title == "Privacy Policy"


def test_a_damaged_pdf_is_an_answer_and_kills_nothing(pool: ExtractionPool) -> None:
    with pytest.raises(UnusableCaptureError, match="damaged") as failure:
        pool.extract(b"%PDF-1.4\nbroken", url="http://a.example/p.pdf", content_type="application/pdf")
    assert failure.value.url == "http://a.example/p.pdf"


def test_an_error_that_cannot_be_sent_arrives_in_words() -> None:
    with ExtractionPool(1, work=odd) as pool, pytest.raises(RuntimeError, match="OddError: of another's making"):
        pool.extract(b"")


def test_a_pool_that_is_closed_gives_its_callers_back() -> None:
    pool = ExtractionPool(1, work=endless)
    with ThreadPoolExecutor(3) as threads:
        futures = [threads.submit(pool.extract, ENDLESS) for _ in range(3)]
        pool.close()
    assert all(isinstance(future.exception(), ExtractionCrashedError) for future in futures)


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
