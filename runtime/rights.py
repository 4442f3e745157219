"""Who may use a file: whoever may use the folder that it is made in, whatever the user's umask is.

So a folder that a group may write to stays one for the group, as a shared repository of git does: nobody
has to agree with the others on a umask.
"""

import contextlib
import os
import stat
from pathlib import Path

FILES = 0o666
FOLDERS = 0o777 | stat.S_ISGID  # what lies in it is of the folder's group


def as_its_folder(path: Path) -> None:
    """Give a file or folder of ours the rights of the folder that it lies in."""
    with contextlib.suppress(PermissionError):  # it is another user's, or its file system has no rights
        allowed = FOLDERS if path.is_dir() else FILES
        path.chmod(stat.S_IMODE(path.parent.stat().st_mode) & allowed)


def make_folders(path: Path) -> Path:
    """Make a folder and those around it that are missing, each with the rights of the one around it.

    Returns:
        the folder.
    """
    missing = []
    while not path.is_dir():
        missing.append(path)
        if path.parent == path:
            break
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            as_its_folder(folder)
        path = folder
    return path


def open_new(path: Path, flags: int) -> int:
    """Make a file, as `os.open` does, with the rights of its folder.

    Raises:
        FileExistsError: there is one.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILES)
    as_its_folder(path)
    return descriptor
