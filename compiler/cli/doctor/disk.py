"""Room for artifacts: the store's disk, and the file system in memory."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.finding import Finding

IN_MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2**28  # the runtime leaves it alone below 64 MiB free; torch's loaders use it too


def look_at_disks(store: Path) -> Iterator[Finding]:
    there = next(path for path in (store, *store.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free / 1e9
    writable = os.access(there, os.W_OK)
    found = f"{free:.0f} GB free" if writable else "not writable"
    hint = "choose another place with --store or HELDOUT_STORE"
    yield Finding(f"store {store}", "fine" if free > 1 and writable else "wrong", found, hint)
    if not IN_MEMORY.is_dir():
        yield Finding(
            str(IN_MEMORY), "absent", "there is none", "small artifacts pass through the disk instead"
        )
        return
    usage = shutil.disk_usage(IN_MEMORY)
    found = f"{usage.free / 2**20:,.0f} MiB free of {usage.total / 2**20:,.0f}"
    hint = "give it more: `mount -o remount,size=2G /dev/shm`, or --shm-size where this is a container"
    yield Finding(str(IN_MEMORY), "fine" if usage.free >= ENOUGH_BYTES else "doubtful", found, hint)
