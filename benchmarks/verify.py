"""Whether checking a store takes time in proportion to its size, and memory that does not grow with it.

    python benchmarks/verify.py [--products 50 200 400]

Stores of made-up policies of 20 kB, each with its provenance and evidence. Exit code 1 where a product of the largest store
takes more than twice the time of one of the smallest.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archivepolicy as ap
from archivepolicy.archives import open_archive
from archivepolicy.store import Store

SENTENCE = "We collect the personal data that you give us, and we share it with third parties only with your consent."


def written_archive(folder: Path, captures: int) -> Path:
    """A WARC file of one policy's captures, each with a text of its own."""
    file = folder / "made.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(captures):
            body = f"<title>Privacy</title><h1>Privacy</h1><p>{number}</p>{f'<p>{SENTENCE}</p>' * 170}".encode()
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            date = f"20{number // 28 // 12 % 90 + 10:02}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}T00:00:00Z"
            writer.write_record(
                writer.create_warc_record(
                    "http://a.example/privacy",
                    "response",
                    payload=io.BytesIO(body),
                    length=len(body),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": date},
                )
            )
    return file


def measured(products: int) -> tuple[float, float]:
    """Seconds and megabytes at most of checking a store of so many products."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive, store = open_archive(written_archive(folder, products)), Store(folder / "store")
        for capture in ap.captures("a.example/privacy", archive=archive):
            ap.get("a.example/privacy", as_of=capture.timestamp, archive=archive, store=store)
        began = time.process_time()
        found = list(ap.verify(store))
        seconds = time.process_time() - began
        tracemalloc.start()
        found += list(ap.verify(store))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if found:
        sys.exit(f"a whole store has findings: {found[:3]}")
    return seconds, peak / 1e6


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, nargs="+", default=[50, 200, 400])
    each = []
    print("| products | s | ms each | peak MB |\n|---|---|---|---|")
    for products in parser.parse_args().products:
        seconds, peak_mb = measured(products)
        each.append(1000 * seconds / products)
        print(f"| {products:,} | {seconds:.2f} | {each[-1]:.1f} | {peak_mb:.1f} |", flush=True)
    sys.exit(each[-1] > 2 * each[0])


if __name__ == "__main__":
    main()
