"""Loaded by every Python that finds this folder on its PYTHONPATH: guard it as the tests themselves are guarded."""

import loopback_only

loopback_only.install()
