"""An environment of its own for pywb, made on first use.

pywb is GPL-licensed and pins old packages, so it is neither a dependency nor importable here: it is installed into
`<checkout>/.cache/pywb-venv` (or the folder that `ARCHIVEPOLICY_PYWB_VENV` names) and run as a separate process by
`peers.pywb_server`. Making it takes about 20 seconds and the package registry that pip is configured for; after that
nothing is fetched. A file written last marks the environment as complete, and a lock file makes parallel runs wait.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# From Python 3.12 on pywb needs setuptools beside it: redis 2.10.6 imports distutils, pyamf imports pkg_resources.
REQUIREMENTS = ("pywb==2.10.*", "setuptools<81")
CHECKOUT = Path(__file__).resolve().parents[2]
MARKER = "archivepolicy-complete.txt"
INSTALL_TIMEOUT_S = 600


class PywbUnavailableError(Exception):
    """pywb could not be installed; the message ends with what pip said."""


def pywb_python(environment: Mapping[str, str]) -> Path:
    """Give the Python that has pywb, making its environment first if need be.

    Args:
        environment: The variables that pip runs with, and where `ARCHIVEPOLICY_PYWB_VENV` is looked up.

    Raises:
        PywbUnavailableError: The environment is not there and cannot be made.
    """
    folder = Path(environment.get("ARCHIVEPOLICY_PYWB_VENV") or CHECKOUT / ".cache" / "pywb-venv")
    if not _is_complete(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_name(f"{folder.name}.lock")):
            if not _is_complete(folder):
                _make(folder, environment)
    return _python_in(folder)


def _python_in(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def _is_complete(folder: Path) -> bool:
    marker = folder / MARKER
    if not (marker.is_file() and _python_in(folder).exists()):
        return False
    return marker.read_text(encoding="utf-8").split() == list(REQUIREMENTS)


def _make(folder: Path, environment: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)], environment)
    pip = [str(_python_in(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *REQUIREMENTS], environment)
    (folder / MARKER).write_text("\n".join(REQUIREMENTS), encoding="utf-8")


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise PywbUnavailableError(f"pywb's environment could not be made: {cause}") from cause
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        said = " / ".join(errors[-3:]) or done.stdout[-300:]
        raise PywbUnavailableError(f"pywb's environment could not be made: {said}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file; another process that holds it is waited for. A process that dies lets go of it."""
    with path.open("a+") as stream:
        if os.name == "nt":
            import msvcrt

            stream.seek(0)
            while True:  # LK_LOCK itself gives up after ten seconds
                try:
                    msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:
                    continue
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
