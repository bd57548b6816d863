import os
import subprocess
import sys
from pathlib import Path

import pytest

from archivepolicy.batches.lock import StoreInUseError, locked
from archivepolicy.errors import InputError, StoreError


def test_a_second_run_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store" / ".archivepolicy" / "batch.lock"
    with locked(path):
        with pytest.raises(StoreInUseError, match=rf"process {os.getpid()}\).*store$") as failure, locked(path):
            pass
        assert failure.value.exit_code == InputError.exit_code
    with locked(path):
        pass


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "batch.lock"
    script = (
        "import sys, time; from pathlib import Path; from archivepolicy.batches.lock import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreInUseError, match=str(holder.pid)), locked(path):
        pass
    holder.kill()
    holder.communicate()
    with locked(path):
        pass


def test_a_place_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError), locked(tmp_path / "file" / "batch.lock"):
        pass
