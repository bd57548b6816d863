"""The release, said once: for the package, the user agent and every product's provenance."""

__version__ = "0.1.0"
