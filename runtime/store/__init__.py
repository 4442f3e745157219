"""The store: results by the identity of the task that made them."""

from runtime.store.record import Record, StoreError
from runtime.store.store import Store

__all__ = ["Record", "Store", "StoreError"]
