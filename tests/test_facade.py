import pickle
import subprocess
import sys

import pytest

import archivepolicy as ap
from archivepolicy import errors
from archivepolicy.errors import ArchivePolicyError


def test_every_public_name_is_there_and_listed() -> None:
    for name in ap.__all__:
        assert getattr(ap, name) is not None
        assert name in dir(ap)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ap.nothing  # type: ignore[attr-defined]  # noqa: B018 - the point


def test_importing_the_package_loads_none_of_its_rooms() -> None:
    code = "import archivepolicy, sys; print([name for name in sys.modules if name.startswith('archivepolicy.')])"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "['archivepolicy.version']"


def test_every_error_has_the_root_and_the_exit_code_of_its_branch() -> None:
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ArchivePolicyError)]
    codes = {one.__name__: one.exit_code for one in classes}
    assert codes == {
        "ArchivePolicyError": 1,
        "InputError": 2,
        "MissingSectionError": 2,
        "ArchiveFileError": 2,
        "NoCaptureError": 3,
        "ArchiveUnavailableError": 4,
        "RateLimitedError": 4,
        "UnusableCaptureError": 5,
        "ExcludedError": 5,
        "NotReplayableError": 5,
        "StoreError": 6,
    }
    assert set(codes) <= set(ap.__all__)


def test_errors_pass_between_processes_with_their_data() -> None:
    sent = errors.NotReplayableError("gone", url="http://a.example/p", timestamp="20140101000000", reasons=("x",))
    arrived = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own
    assert (type(arrived), str(arrived), vars(arrived)) == (type(sent), "gone", vars(sent))
