"""Who may use a file of a store: whoever may use its folder, whatever the user's umask is.

The runtime goes by the same rule (`runtime/rights.py`).
"""

import stat
from contextlib import suppress
from pathlib import Path


def as_its_folder(path: Path) -> None:
    """Give a file of ours the rights of the folder that it lies in."""
    with suppress(PermissionError):  # its file system has no rights, or another user made it meanwhile
        path.chmod(stat.S_IMODE(path.parent.stat().st_mode) & 0o666)
