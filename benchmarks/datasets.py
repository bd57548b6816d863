"""Whether exporting a store takes time in proportion to its size, and memory that does not grow with it.

    python benchmarks/datasets.py [--policies 100 1000]

Stores of made-up policies of 20 kB in three versions each; every format is written by a process of its own, whose peak
resident memory counts. Exit code 1 where a policy of the largest store takes more than twice the time of one of the smallest,
or the memory is more than a fifth above.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archivepolicy as ap
from archivepolicy.archives import open_archive
from archivepolicy.store import Store

SENTENCE = "We collect the personal data that you give us, and we share it with third parties only with your consent."
FORMS = ("csv", "jsonl", "parquet", "sqlite", "zip")
EXPORT = """
import json, resource, sys, time
import archivepolicy as ap
began = time.process_time()
ap.export_dataset(sys.argv[2], sys.argv[3], store=sys.argv[1])
print(json.dumps([time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def written_archive(folder: Path, policies: int) -> Path:
    """A WARC file of so many policies, three texts each."""
    file = folder / "made.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(policies):
            for year in (2011, 2014, 2017):
                clauses = "".join(f"<p>{number} {clause % year}. {SENTENCE}</p>" for clause in range(1900, 2070))
                http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                body = f"<title>Privacy</title><h1>Privacy</h1>{clauses}".encode()
                writer.write_record(
                    writer.create_warc_record(
                        f"http://site{number}.example/privacy",
                        "response",
                        payload=io.BytesIO(body),
                        length=len(body),
                        http_headers=http,
                        warc_headers_dict={"WARC-Date": f"{year}-01-01T00:00:00Z"},
                    )
                )
    return file


def measured(policies: int) -> dict[str, tuple[float, float]]:
    """For each format seconds, and megabytes at most, of exporting a store of so many policies."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive, store = open_archive(written_archive(folder, policies)), Store(folder / "store")
        for number in range(policies):
            ap.history(f"site{number}.example/privacy", archive=archive, store=store)
        found = {}
        for form in FORMS:
            target = folder / (f"all.{form}" if form in ("sqlite", "zip") else form)
            command = [sys.executable, "-c", EXPORT, store.root, target, form]
            found[form] = tuple(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    return found


def main() -> None:
    """Print a row a format and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, nargs="+", default=[100, 1000])
    sizes = parser.parse_args().policies
    results = {policies: measured(policies) for policies in sizes}
    print("| format | policies | s | ms each | peak MB |\n|---|---|---|---|---|")
    for form in FORMS:
        for policies in sizes:
            seconds, peak_mb = results[policies][form]
            print(f"| {form} | {policies:,} | {seconds:.1f} | {1000 * seconds / policies:.1f} | {peak_mb:.0f} |")
    first, last = sizes[0], sizes[-1]
    sys.exit(
        any(
            results[last][form][0] / last > 2 * results[first][form][0] / first
            or results[last][form][1] > 1.2 * results[first][form][1]
            for form in FORMS
        )
    )


if __name__ == "__main__":
    main()
