"""How fast the command line starts, and how long a `get` from the demo archive takes.

    python benchmarks/start.py [--runs 15]

Whole processes, started in turn (A B C, A B C, ...) so that a noisy machine hits all alike; medians and ratios are what to
read. The goals: `archivepolicy --help` in at most 3 times `python -c pass` plus 60 ms; `get` from the demo archive below a
second.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "snapshots" / "demo.warc.gz"
TOOL = str(Path(sys.executable).with_name("archivepolicy"))
GET = [TOOL, "get", "www.fernhollow.example/privacy.php", "--as-of", "2018-06", "--archive", str(DEMO), "--quiet"]


def once_ms(command: list[str]) -> float:
    """Wall time of one process, in milliseconds."""
    start_s = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start_s) * 1000


def main() -> int:
    """Measure and print a table; exit code 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as warm:
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "archivepolicy --help": [TOOL, "--help"],
            "get, nothing kept": [*GET, "--no-store"],
            "get, kept already": [*GET, "--store", warm],
        }
        for command in commands.values():
            once_ms(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(once_ms(command))
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    bare = medians["python -c pass"]
    print(f"| {runs} runs each | ms median | min | max | times python |\n|---|---|---|---|---|")
    for name, measured in times.items():
        print(
            f"| {name} | {medians[name]:.0f} | {min(measured):.0f} | {max(measured):.0f} | {medians[name] / bare:.1f} |"
        )
    allowed = 3 * bare + 60
    print(f"\nallowed for --help: 3 x {bare:.0f} + 60 = {allowed:.0f} ms; for get: 1000 ms")
    return int(medians["archivepolicy --help"] > allowed or medians["get, nothing kept"] > 1000)


if __name__ == "__main__":
    sys.exit(main())
