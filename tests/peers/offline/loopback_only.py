"""Keep a Python process on this machine: connections and look-ups that lead outside fail, and are written down.

Standard library only, since it also runs in child processes: with this folder on PYTHONPATH, every Python that a test
starts loads it through `sitecustomize`. The failed attempts go to the file named by ARCHIVEPOLICY_TESTS_OUTSIDE, so
that an attempt fails the test even where the code under test catches the error.
"""

import contextlib
import ipaddress
import os
import socket

ATTEMPTS_FILE = "ARCHIVEPOLICY_TESTS_OUTSIDE"
_LOCAL_NAMES = {"localhost", "localhost.localdomain", "", None}
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_METHODS = ("connect", "connect_ex", "sendto")


class OutsideConnectionError(OSError):
    """A test tried to reach another machine."""


def is_local(host):
    """Say whether a host name or address can only mean this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES or name == socket.gethostname():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(host):
    """Write the attempt down and raise."""
    with contextlib.suppress(KeyError, OSError), open(os.environ[ATTEMPTS_FILE], "a", encoding="utf-8") as stream:  # noqa: PTH123 -- no pathlib at interpreter start
        stream.write(f"{host}\n")
    raise OutsideConnectionError(f"tests stay on this machine, but something wanted to reach {host!r}")


def install():
    """Guard this process; give back a function that lifts the guard."""
    lookups = {name: getattr(socket, name) for name in _LOOKUPS}
    methods = {name: getattr(socket.socket, name) for name in _METHODS}
    for name, lookup in lookups.items():
        setattr(socket, name, _guarded_lookup(lookup))
    for name, method in methods.items():
        setattr(socket.socket, name, _guarded_method(method))

    def lift():
        for name, lookup in lookups.items():
            setattr(socket, name, lookup)
        for name, method in methods.items():
            setattr(socket.socket, name, method)

    return lift


def _guarded_lookup(lookup):
    def guarded(host, *args, **kwargs):
        if not is_local(host):
            refuse(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _guarded_method(method):
    def guarded(self, *args):
        address = args[-1]  # connect(address), sendto(bytes, [flags,] address)
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and not is_local(address[0]):
            refuse(address[0])
        return method(self, *args)

    return guarded
