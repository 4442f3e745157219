"""The folder of a reproduction: what was archived, what is computed again, and both together."""

import json
import os
import shutil
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import Archive
from heldout.compiler.files import write_if_changed
from heldout.compiler.refusal import Refusal

ABOUT = "reproduction.json"


class OtherFolder(Refusal):
    """The folder holds something else than this reproduction."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "name another folder, or one that does not exist")


@dataclass(frozen=True)
class Folder:
    """Where a reproduction keeps its files."""

    root: Path

    @property
    def archived(self) -> Path:
        """The unpacked archive; nothing is written there."""
        return self.root / "archived"

    @property
    def workflow(self) -> Path:
        """Of the tasks that are computed again."""
        return self.root / "workflow"

    @property
    def store(self) -> Path:
        """New results alone."""
        return self.root / "store"

    @property
    def whole(self) -> Path:
        """The workflow of the whole study, for its report."""
        return self.root / "whole" / "workflow"

    @property
    def whole_store(self) -> Path:
        """New results, and the archived ones of what is not computed again."""
        return self.root / "whole" / "store"

    def claim_for(self, about: Mapping[str, Any]) -> bool:
        """Make the folder this reproduction's own.

        Args:
            about: what is reproduced, as JSON.

        Returns:
            whether it was begun there before, and goes on.

        Raises:
            OtherFolder: it holds another reproduction, or something else.
        """
        path = self.root / ABOUT
        if path.is_file():
            try:
                begun = json.loads(path.read_bytes())
            except ValueError:
                begun = None
            if begun != json.loads(json.dumps(about)):
                raise OtherFolder(f"{self.root} holds another reproduction")
            return True
        if self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
            raise OtherFolder(f"{self.root} is there already, and no reproduction")
        self.root.mkdir(parents=True, exist_ok=True)
        write_if_changed(path, json.dumps(about, indent=1) + "\n")
        return False

    def unpack(self, archive: Archive, image: bool) -> None:
        """Unpack an archive anew, each file checked.

        Args:
            archive: to unpack.
            image: the image's file too.

        Raises:
            ArchiveRefused: a file is not right.
        """
        shutil.rmtree(self.archived, ignore_errors=True)
        large = f"{contents.IMAGE}/"
        names = [n for n in archive.names if image or n == contents.IMAGE_INDEX or not n.startswith(large)]
        archive.extract(self.archived, names)

    def combine(self, again: Set[str]) -> None:
        """Put new results and archived ones into one store; the archived ones only of other tasks.

        Args:
            again: the tasks that were computed again: where one has no new result, there is none.
        """
        shutil.rmtree(self.whole_store, ignore_errors=True)
        kept = self.archived / contents.STORE / "objects"
        for manifest in kept.glob("??/*/manifest.json"):
            if manifest.parent.name not in again:
                _link(manifest.parent, self.whole_store / "objects" / manifest.parent.relative_to(kept))
        for part in ("packs", "objects"):
            if (self.store / part).is_dir():
                _link(self.store / part, self.whole_store / part)


def _link(folder: Path, to: Path) -> None:
    """The files of a folder once more, without their bytes where the disk can do that."""
    for path in folder.rglob("*"):
        if path.is_file():
            target = to / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, target)
            except OSError:
                shutil.copyfile(path, target)
