"""pywb's environment is made once, whole, and says why it cannot be made."""

import sys
from pathlib import Path

import pytest

from peers import pywb_environment
from peers.pywb_environment import MARKER, PywbUnavailableError, pywb_python


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note down the commands instead of running them; the first one leaves a Python behind."""
    run: list[list[str]] = []

    def note(command: list[str], environment: object) -> None:
        run.append(command)
        if "venv" in command:
            python = pywb_environment._python_in(Path(command[-1]))
            python.parent.mkdir(parents=True)
            python.touch()

    monkeypatch.setattr(pywb_environment, "_run", note)
    return run


def test_it_is_made_once(commands: list[list[str]], tmp_path: Path) -> None:
    settings = {"ARCHIVEPOLICY_PYWB_VENV": str(tmp_path / "made" / "here")}
    first, second = pywb_python(settings), pywb_python(settings)
    assert first == second == pywb_environment._python_in(tmp_path / "made" / "here")
    assert len(commands) == 2
    assert any(part.startswith("pywb==2.10") for part in commands[1])


def test_half_an_environment_is_made_again(commands: list[list[str]], tmp_path: Path) -> None:
    settings = {"ARCHIVEPOLICY_PYWB_VENV": str(tmp_path / "here")}
    pywb_python(settings)
    (tmp_path / "here" / MARKER).unlink()
    pywb_python(settings)
    (tmp_path / "here" / MARKER).write_text("pywb==1.0", encoding="utf-8")
    pywb_python(settings)
    assert len(commands) == 6


def test_failure_says_what_pip_said(tmp_path: Path) -> None:
    said = "import sys; sys.exit('WARNING: hm\\nERROR: no such package')"
    with pytest.raises(PywbUnavailableError, match="could not be made: ERROR: no such package"):
        pywb_environment._run([sys.executable, "-c", said], {})
    with pytest.raises(PywbUnavailableError, match="could not be made"):
        pywb_environment._run([str(tmp_path / "no-python")], {})
