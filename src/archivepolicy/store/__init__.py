"""Store: where products, their provenance and their evidence are kept."""

from archivepolicy.store.store import Store

__all__ = ["Store"]
