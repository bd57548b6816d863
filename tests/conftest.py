"""What every test gets (see `peers.isolation`), and the archives that tests ask for."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from peers.browser import Browser, chromium_program, running_browser
from peers.isolation import isolated_environment, loopback_guard
from peers.pywb_environment import PywbUnavailableError, pywb_python
from peers.pywb_peer import PywbPeer, running_pywb

__all__ = ["isolated_environment", "loopback_guard"]

# The suite must give the same verdict every time: property tests take the same examples in every run. To look for new ones,
# HYPOTHESIS_PROFILE=explore.
settings.register_profile("suite", derandomize=True)
settings.register_profile("explore", max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = dict(os.environ)  # before any test's isolation: pip needs the user's own settings
EXCLUDED_HOST = "www.excluded.example"


@pytest.fixture(scope="session")
def demo_warc() -> Path:
    """The demo archive that is committed in `snapshots/`."""
    return CHECKOUT / "snapshots" / "demo.warc.gz"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real pages beside the checkout; tests that use it are marked `corpus`."""
    folder = Path(ENVIRONMENT.get("ARCHIVEPOLICY_CORPUS") or CHECKOUT.parent / "shared" / "corpus")
    if not folder.is_dir():
        pytest.skip(f"no corpus of real pages at {folder}; name one in ARCHIVEPOLICY_CORPUS")
    return folder


@pytest.fixture(scope="session")
def browser(loopback_guard: None) -> Iterator[Browser]:
    """A real Chromium; without one the test is skipped, except on CI, where it fails."""
    program = chromium_program(ENVIRONMENT)
    if program == "none":
        pytest.skip("ARCHIVEPOLICY_CHROMIUM=none: tests in a browser are switched off")
    if program is None:
        reason = "no Chromium on this machine: install it, or name one in ARCHIVEPOLICY_CHROMIUM"
        if ENVIRONMENT.get("CI", "").lower() in ("true", "1"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with running_browser(program) as running:
        yield running


@pytest.fixture(scope="session")
def _pywb_python() -> Path:
    try:
        return pywb_python(ENVIRONMENT)
    except PywbUnavailableError as cause:
        reason = str(cause)
    if ENVIRONMENT.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def start_pywb(_pywb_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., PywbPeer]]:
    """Start further archives: `start_pywb([warc, ...], "--dialect", "wayback")`; they run until the session ends.

    Without a package registry pywb cannot be installed: then the test is skipped, except on CI, where it fails.
    """
    with ExitStack() as stack:

        def start(warcs: Sequence[Path], *options: str) -> PywbPeer:
            folder = tmp_path_factory.mktemp("pywb")
            return stack.enter_context(
                running_pywb(_pywb_python, folder, warcs, options=options, environment=ENVIRONMENT)
            )

        yield start


@pytest.fixture(scope="session")
def _pywb_bare_session(start_pywb: Callable[..., PywbPeer], demo_warc: Path) -> PywbPeer:
    return start_pywb([demo_warc], "--dialect", "bare")


@pytest.fixture(scope="session")
def _pywb_wayback_session(start_pywb: Callable[..., PywbPeer], demo_warc: Path) -> PywbPeer:
    return start_pywb([demo_warc], "--dialect", "wayback", "--exclude", EXCLUDED_HOST)


@pytest.fixture
def pywb_bare(_pywb_bare_session: PywbPeer) -> PywbPeer:
    """The demo archive in pywb as it comes: index at `/web/cdx`; its request log is cleared for each test."""
    _pywb_bare_session.clear()
    return _pywb_bare_session


@pytest.fixture
def pywb_wayback(_pywb_wayback_session: PywbPeer) -> PywbPeer:
    """The demo archive in the Wayback Machine's dialect; its request log is cleared for each test.

    The host `www.excluded.example` is excluded.
    """
    _pywb_wayback_session.clear()
    return _pywb_wayback_session
