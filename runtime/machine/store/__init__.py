"""The store: results by the identity of the task that made them."""

from heldout.runtime.machine.store.record import Record, StoreError
from heldout.runtime.machine.store.store import Store

__all__ = ["Record", "Store", "StoreError"]
