"""Start pywb in its own process and talk about it: its address, and the requests it has had."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER = Path(__file__).with_name("pywb_server.py")
STOP_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PywbPeer:
    """A running archive.

    Attributes:
        url: Its root, `http://127.0.0.1:PORT`, without a slash at the end.
        folder: Its working folder: `arc/`, `idx/index.cdxj`, `requests.jsonl`, `stderr.txt`.
    """

    url: str
    folder: Path

    @property
    def collection_url(self) -> str:
        """The address of the collection, `http://127.0.0.1:PORT/web`."""
        return f"{self.url}/web"

    @property
    def log(self) -> Path:
        """The file with a JSON line for each request."""
        return self.folder / "requests.jsonl"

    def exchanges(self) -> list[tuple[str, str, int]]:
        """List the requests since the start or the last `clear`: method, path with query, status of the answer."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [(entry["method"], entry["path"], entry["status"]) for entry in map(json.loads, lines)]

    def requests(self) -> list[tuple[str, str]]:
        """List the requests since the start or the last `clear`: method, path with query."""
        return [(method, path) for method, path, _ in self.exchanges()]

    def clear(self) -> None:
        """Forget the requests so far."""
        self.log.write_text("", encoding="utf-8")


@contextmanager
def running_pywb(
    python: Path, folder: Path, warcs: Sequence[Path], *, options: Sequence[str], environment: Mapping[str, str]
) -> Iterator[PywbPeer]:
    """Run pywb over some WARC files until the block ends.

    Args:
        python: The Python of pywb's environment.
        folder: An empty folder for its files.
        warcs: The WARC files to serve.
        options: Further options of `pywb_server.py`, such as `--dialect wayback`.
        environment: The variables it runs with.
    """
    log, errors = folder / "requests.jsonl", folder / "stderr.txt"
    log.touch()
    command = [python, SERVER, folder, *warcs, *options, "--log", log]
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(environment),
            text=True,
        )
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"pywb did not start: {errors.read_text(errors='replace')[-2000:]}")
            yield PywbPeer(url=f"http://127.0.0.1:{port}", folder=folder)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
