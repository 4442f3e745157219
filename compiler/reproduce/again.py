"""An archived study that is computed again: what must be the same for that, here or in its image."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.catalogs import in_words as names_in_words
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.compile import Compiled
from heldout.compiler.digests import in_words
from heldout.compiler.images import Pin, Pins, read_pins
from heldout.compiler.images.progress import Progress
from heldout.compiler.launch.registry import NONE, engine_called, engines
from heldout.compiler.launch.serving import lacking
from heldout.compiler.refusal import Refusal
from heldout.compiler.reproduce.catalogs import other_claims, other_libraries, other_operators
from heldout.compiler.reproduce.folder import Folder
from heldout.compiler.reproduce.image import archived_pin, obtain
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.runtime import require_runtime
from heldout.compiler.run.workspace import Workspace

TORCH, PYARROW = "torch", "pyarrow"


@dataclass(frozen=True)
class Conditions:
    """What jobs are computed in.

    Attributes:
        containers: the name of a container engine, or `none`.
        trust: the archive's own programs may run.
        cores: of this machine; None: all of them.
    """

    containers: str
    trust: bool
    cores: int | None

    def require(self) -> None:
        """See that what computes or compares is installed.

        Raises:
            Missing: it is not.
        """
        require_runtime(PYARROW, *(() if self.containers != NONE else (TORCH,)))


@dataclass(frozen=True)
class Again:
    """A study that is computed again.

    Attributes:
        compiled: with the tasks that are.
        recompiled: with all of them, as the archive's spec gives them.
        lock: a descriptor that holds the folder.
        observer: is told how it goes.
        data: where the study's own data lie here, by their checksums.
    """

    archive: Archive
    folder: Folder
    compiled: Compiled
    recompiled: Recompiled
    lock: int
    conditions: Conditions
    observer: Observer
    data: Mapping[str, Path] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        """Of the tasks that are computed again."""
        folder, lock = self.folder, self.recompiled.lock
        return Workspace(self.compiled, folder.workflow, folder.store, lock, data=self.data)

    @property
    def whole(self) -> Workspace:
        """Of the whole study."""
        whole = self.recompiled
        return Workspace(whole.compiled, self.folder.whole, self.folder.whole_store, whole.lock)

    def find_image(self, progress: Progress) -> Pins:
        """Bring the image of the archive here, or see that the runtime here is what computed it.

        Args:
            progress: of the image.

        Returns:
            the archived image as this study's only pin; none without containers.

        Raises:
            Refusal: the image is not to be had; or what would compute is another than computed the archive.
        """
        if self.conditions.containers == NONE:
            self._refuse_other_operators()
            return Pins()
        about = json.loads((self.folder.archived / contents.IMAGE_INDEX).read_bytes())
        pin = archived_pin(about, self.folder.archived)
        if pin is None:
            raise Refusal("the archive names no image", "its study ran without one: --containers none")
        self._refuse_other_image(pin)
        name = self.compiled.study.image
        found = obtain(
            *(name, about, pin, self.folder.archived, read_pins()),
            engine=engine_called(self.conditions.containers),
            trust=self.conditions.trust,
            progress=progress,
        )
        return Pins(known={name: found})

    def _refuse_other_image(self, pin: Pin) -> None:
        """See that the archived image holds what was archived, before it is fetched."""
        if pin.holds is not None:
            if found := lacking(self.compiled, pin):
                message = "the archived image does not hold what the archive was computed with: "
                raise Refusal(message + in_words(found, "in it"), "no other image of it is known")
        # The digest of a catalog with the user's own operators is another one; jobs check each operator's.
        elif not self.compiled.operator_files and pin.catalog != self.compiled.catalog.digest:
            message = "the archived image holds another catalog than the archive was compiled against"
            raise Refusal(message, "no image of that catalog is known")
        if (unknown := self.recompiled.unknown) and not self.conditions.trust:
            said = f"what {names_in_words(unknown)} take, give and hold is its catalog's own word"
            raise ArchiveRefused("catalog", said)

    def _refuse_other_operators(self) -> None:
        """See that the runtime here would compute what was archived."""
        compiled, here = self.compiled, self.recompiled.here
        if found := other_operators(compiled, here):
            software = self.archive.index.software or "its version"
            image = f"--containers {' or '.join(engines())} runs the archived image"
            message = f"this runtime is not the archived one: {in_words(found)}"
            raise Refusal(message, f"{image}; or install heldout {software}")
        if newer := other_libraries(compiled):
            self.observer.note(f"computed with other libraries than the archive: {', '.join(newer)}")
        if changed := other_claims(compiled, here):
            kinds = ", ".join(changed)
            self.observer.note(f"claims of these kinds are judged by another version: {kinds}")
