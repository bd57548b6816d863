"""Whether the time of an extraction grows with the size of the page and no faster.

    python benchmarks/linear.py [--largest-mb 10]

Pages of 0.1, 1 and 10 MB of each kind: an ordinary policy, and what authors and their tools have done to pages (nothing
closed, nested without end, a table of 50,000 rows, one paragraph of breaks). Processor time; exit code 1 where ten times
the size takes more than 20 times as long.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time

SIZES_MB = (0.1, 1.0, 10.0)
# times per tenfold size: 10 is linear, 100 its square; the processor's caches, which a page of 1 MB fits into and one of 2 MB
# no longer does, take the rest
ALLOWED_PER_TENFOLD = 20
# the best of so many runs, each on numbers of its own, so that nothing is known from the one before
RUNS = 3
ONCE_BYTES = 5_000_000
# below this the machine's own jitter is larger than what is measured
MIN_TIME_S = 0.05
SENTENCE = "We collect the personal data that you give us, and we use it as paragraph {n} of this policy says."
KINDS = {  # name: (before, unit, after)
    "policy": (
        "",
        f"<h2>{{n}}. Use</h2><p>{SENTENCE} <a href='/p{{n}}.html'>More</a></p><ul><li>one</li><li>two</li></ul>",
        "",
    ),
    "nothing closed": ("", f"<p><b>{SENTENCE} <i>so <a href=x>it is", ""),
    "nested": ("", f"<div><span>{SENTENCE}", ""),
    "nested and closed": ("<div>" * 3000, f"<p>{SENTENCE}</p>", "</div>" * 3000),
    "table": ("<table>", "<tr><td>cookie {n}</td><td>what it is for</td><td>one year</td></tr>", "</table>"),
    "breaks": ("", f"{SENTENCE}<br><br>", ""),
    "fonts": ("<p>", f"<font size=2>{SENTENCE}</font> <b>so</b> ", "</p>"),
    "buttons": ("", f"{SENTENCE} <button>Copy</button> ", ""),
    "items": ("<ol>", "<li>item {n}", "</ol>"),
    "plain text": ("", f"{SENTENCE} ", ""),
    "years": ("", "2013 ", ""),
    "links": ("", "<a href='http://meadow.example/{n}'>link {n}</a> ", ""),
    "spans": ("<p>", f"{SENTENCE} <span>so <span>it</span> is</span> ", "</p>"),
    "images": ("<p>", f"{SENTENCE} <img src=x.gif> ", "</p>"),
    "emphasis": ("<p>", f"<b>Data. </b><i>{SENTENCE}</i><b>so</b> ", "</p>"),
    "headings": ("", f"<h2>{{n}}. Use of data</h2>{SENTENCE}", ""),
    "cells": ("<table><tr>", "<td>cell {n}</td>", "</tr></table>"),
    "lists in lists": ("", f"<ul><li>{SENTENCE}<ol start=3><li>{{n}}</ol></ul>", ""),
    "typed items": ("<p>", "- item {n}<br>", "</p>"),
    "quotations": ("", f"<blockquote>{SENTENCE}</blockquote>", ""),
    "preformatted": ("<pre>", f"{SENTENCE}\n\n", "</pre>"),
    "scripts": ("", f"<script>var a = 1;</script>{SENTENCE}", ""),
    "comments": ("", f"<!-- {{n}} -->{SENTENCE}", ""),
    "attributes": ("<p class='", "menu footer x{n} ", f"'>{SENTENCE}</p>"),
    "chrome": ("", f"<div class='menu x{{n}}'><a href=/{{n}}>Home</a></div><p>{SENTENCE}</p>", ""),
    "signs": ("<p>", "* _ ` [ ] ( ) &lt; &amp; | ~~ ", "</p>"),
    "openings": ("<p>", "[*_`&lt;", "</p>"),
    "image openings": ("<p>", "![", "]</p>"),
    "images left open": ("<p>", "![](", "]</p>"),
    "one word": ("<p>", "a", "</p>"),
    "spaces": ("<p>a", " \n", "b</p>"),
    "entities": ("<p>", "&#30;&nbsp;&eacute; ", "</p>"),
    "stray ends": ("", f"</div></p></td>{SENTENCE}", ""),
    "brackets": ("", "<", ""),
    "markers": ("<p>", '/xf/ ="xf/ ', "</p>"),
    "prefixed": ("<p>", "a<o:p></o:p> ", "</p>"),
}


NOISE = {  # bytes that are no page
    "binary": lambda random, size: random.randbytes(size),
    "broken UTF-8": lambda random, size: b"<p>" + b"caf\xc3 \xe9t\xff\xe2\x82 we collect data. " * (size // 35),
    "zeros": lambda random, size: b"\0" * size,
    "UTF-16 without a mark": lambda random, size: f"<p>{SENTENCE} ".encode("utf-16-le") * (size // 200),
    "no markup": lambda random, size: f"{SENTENCE}\n".encode() * (size // 100),
}


def page(kind: str, size_bytes: int, run: int = 0) -> bytes:
    """A page of a kind, of about that size, as it is in one run of several."""
    if kind in NOISE:
        return NOISE[kind](random.Random(1), size_bytes)  # noqa: S311 -- nothing is kept secret
    before, unit, after = KINDS[kind]
    count = size_bytes // len(unit)
    text = "".join(unit.replace("{n}", str(number)) for number in range(run * count, (run + 1) * count))
    return (
        f"<html><head><title>Privacy</title></head><body><h1>Privacy</h1>{before}{text}{after}</body></html>".encode()
    )


def seconds(payload: bytes) -> float:
    """Processor time of one extraction."""
    from archivepolicy.extraction import extract

    start_s = time.process_time()
    extract(payload, url="http://meadow.example/", content_type="text/html")
    return time.process_time() - start_s


def main() -> int:
    """Measure and print a table; exit code 1 where the time grows faster than the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest-mb", type=float, default=SIZES_MB[-1])
    parser.add_argument("--kinds", default="", help="comma-separated (default: all)")
    args = parser.parse_args()
    sizes = [size for size in SIZES_MB if size <= args.largest_mb]
    seconds(page("policy", 10_000))  # warm: rule files and patterns
    print(
        "| page | "
        + " | ".join(f"{size:g} MB, s" for size in sizes)
        + " | worst tenfold |\n"
        + "|---" * (len(sizes) + 2)
        + "|"
    )
    is_missed = False
    for kind in args.kinds.split(",") if args.kinds else (*KINDS, *NOISE):
        times = [
            min(seconds(page(kind, size_bytes, run)) for run in range(1, 1 + (RUNS if size_bytes < ONCE_BYTES else 1)))
            for size_bytes in (int(size * 1_000_000) for size in sizes)
        ]
        worst = max((later / max(earlier, MIN_TIME_S) for earlier, later in itertools.pairwise(times)), default=0.0)
        is_missed = is_missed or worst > ALLOWED_PER_TENFOLD
        print(f"| {kind} | " + " | ".join(f"{time_s:.2f}" for time_s in times) + f" | {worst:.1f} |", flush=True)
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
