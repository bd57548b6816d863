import pytest

from archivepolicy.records import Capture
from archivepolicy.rendering.answer import duration
from archivepolicy.rendering.captures import captures_as_csv, captures_as_table

ODD = Capture(url='http://a.example/?q="x",[red]y[/red]', timestamp="20130608222501", status=None, archive="x.warc.gz")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (7200, "2 hours"),
     (86399, "23 hours"), (86400, "1 day"), (1234 * 86400, "1,234 days")],
)  # fmt: skip
def test_a_duration_is_said_in_its_largest_unit(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_a_url_is_shown_as_it_is() -> None:
    assert ODD.url in captures_as_table([ODD])
    assert (
        captures_as_csv([ODD]).splitlines()[1]
        == '20130608222501,"http://a.example/?q=""x"",[red]y[/red]",,,,,false,x.warc.gz'
    )


def test_a_narrow_terminal_folds_the_url_and_loses_nothing() -> None:
    table = captures_as_table([ODD], width=80)
    assert all(len(line) <= 80 for line in table.splitlines())
    folded = "".join(line[-len(line.split()[-1]) :] for line in table.splitlines()[1:])
    assert "[red]" in folded


def test_a_narrow_terminal_names_a_url_once_while_it_stays_the_same() -> None:
    long = Capture(url="http://www.meadow.example/privacy.html", timestamp="20130608222501", status=200, archive="x")
    assert captures_as_table([long, long, ODD], width=80).count("(the same)") == 1
    for width in (None, 120):
        assert captures_as_table([long, long], width=width).count(long.url) == 2
