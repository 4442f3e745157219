"""Files of a workflow that are said to be of the future, as when a clock was set back."""

import os
import time
from pathlib import Path


def set_right(folder: Path) -> None:
    """Let no plan or done file be newer than now: Snakemake fails jobs whose input is.

    The jobs of such files run again, and find their results in the store.
    """
    now = time.time()
    for part in ("plan", "done", "ready"):
        for path in (folder / part).glob("*/*"):
            if path.stat().st_mtime > now:
                os.utime(path, (now, now))
    for path in (folder / "plan").glob("*.json"):
        if path.stat().st_mtime > now:
            os.utime(path, (now, now))
