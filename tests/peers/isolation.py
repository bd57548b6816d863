"""Fixtures that every test gets: no network but loopback, and nothing of the user's own settings and files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from peers.offline import loopback_only

OUR_VARIABLES = "ARCHIVEPOLICY_"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "LOCALAPPDATA": "AppData/Local",
    "APPDATA": "AppData/Roaming",
}


@pytest.fixture(scope="session", autouse=True)
def loopback_guard() -> Iterator[None]:
    """Let no connection and no look-up leave this machine while tests run."""
    lift = loopback_only.install()
    yield
    lift()


@pytest.fixture(autouse=True)
def isolated_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, loopback_guard: None
) -> Iterator[Path]:
    """Give each test an empty home and none of our variables; fail it if it tried to reach another machine.

    Python processes that the test starts are guarded too, as long as they inherit the environment.
    """
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(OUR_VARIABLES) or name.lower() in PROXY_VARIABLES:
            monkeypatch.delenv(name)
    for name, inside in HOME_VARIABLES.items():
        monkeypatch.setenv(name, str(home / inside))
    attempts = home / ".outside"
    monkeypatch.setenv(loopback_only.ATTEMPTS_FILE, str(attempts))
    monkeypatch.setenv("PYTHONPATH", str(Path(loopback_only.__file__).parent), prepend=os.pathsep)
    yield home
    if attempts.exists():
        hosts = ", ".join(sorted(set(attempts.read_text(encoding="utf-8").split("\n")) - {""}))
        pytest.fail(f"the test tried to reach {hosts}", pytrace=False)
