"""The examples in docstrings run."""

import doctest
import importlib
import pkgutil

import pytest

import archivepolicy

MODULES = [
    module.name
    for module in pkgutil.walk_packages(archivepolicy.__path__, "archivepolicy.")
    if "__main__" not in module.name
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
