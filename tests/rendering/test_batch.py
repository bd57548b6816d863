import io
import logging

from archivepolicy.records.batch import Outcome, Tally
from archivepolicy.rendering.batch import BatchProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tally(done: int, seconds: float, waits: str = "") -> Tally:
    counts = {Outcome.DONE: done, Outcome.PENDING: 10 - done}
    return Tally(counts=counts, settled_now=done, seconds=seconds, waits=waits)


def test_without_a_terminal_there_are_plain_lines_further_and_further_apart() -> None:
    stream = io.StringIO()
    with BatchProgress(stream) as progress:
        for second in range(1, 10):
            progress(tally(second, float(second), "the index limit of a.example (24 a minute)"))
        progress(tally(10, 10.0))
    lines = stream.getvalue().splitlines()
    assert lines[0] == (
        "5 of 10: 5 done; 60.0 a minute; held up by the index limit of a.example (24 a minute); about 5 s left"
    )
    assert lines[-1] == "10 of 10: 10 done; 60.0 a minute"
    assert len(lines) == 4


def test_on_a_terminal_there_is_a_bar_and_warnings_go_past_it() -> None:
    stream = Terminal()
    handlers = list(logging.getLogger().handlers)
    with BatchProgress(stream) as progress:
        progress(tally(4, 4.0))
        logging.getLogger("archivepolicy").warning("a.example: it limits requests (429); waiting 60 s")
    assert "4/10" in stream.getvalue()
    assert "4 done; 60.0 a minute" in " ".join(stream.getvalue().split())
    assert "it limits requests" in stream.getvalue()
    assert logging.getLogger().handlers == handlers


def test_quiet_shows_nothing() -> None:
    stream = Terminal()
    with BatchProgress(stream, is_quiet=True) as progress:
        progress(tally(10, 10.0))
    assert stream.getvalue() == ""
