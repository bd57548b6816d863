"""Make the products of the demo archive: one for every capture of its policy that is usable.

    python snapshots/make_products.py            # into this folder
    python snapshots/make_products.py DIR        # into another store

Every product's bytes depend on the archive and the package's version alone, so that making them again changes nothing; a
test holds this. Run it after `make_demo.py`, and after every change that alters extracted text. Products that are there
already are removed first, since a store keeps what it has.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import archivepolicy

HERE = Path(__file__).parent
HOSTS = ("fernhollow.example", "www.fernhollow.example")
POLICY = "www.fernhollow.example/privacy.php"


def make_products(store: Path) -> list[str]:
    """Write the products into a store and return their paths, relative to it, ascending by timestamp."""
    archive = HERE / "demo.warc.gz"
    for host in HOSTS:
        shutil.rmtree(store / host, ignore_errors=True)
    paths = []
    for capture in archivepolicy.captures(POLICY, archive=archive):
        try:
            snapshot = archivepolicy.get(POLICY, as_of=capture.timestamp, select="exact", archive=archive, store=store)
        except archivepolicy.UnusableCaptureError:
            continue  # the archived 404, and the soft one
        if snapshot.capture == capture:
            paths.append(str(snapshot.path))
    return paths


if __name__ == "__main__":
    for path in make_products(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(path)
