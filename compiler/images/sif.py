"""An image as a SIF file, which Apptainer runs without a registry."""

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from heldout.compiler.environment import child_environment
from heldout.compiler.images.archives import save
from heldout.compiler.images.daemon import Daemon, DaemonError
from heldout.compiler.images.epoch import source_date_epoch
from heldout.compiler.images.pins import Pin, Pins, Sif, write_pin
from heldout.compiler.images.progress import Progress


def convert(daemon: Daemon, name: str, pin: Pin, pins: Pins, progress: Progress) -> Pin:
    """Convert a pinned image to `NAME.sif` beside the file of pins, and pin that too.

    The file goes from the engine through an archive, so that no registry is asked. It is placed by one
    rename: a conversion that is cut short leaves the file before it as it was.

    Args:
        daemon: of the engine that has the image.
        name: of the image.
        pin: what its name stands for.
        pins: in whose file it is pinned, and beside which it lies.
        progress: who is told.

    Raises:
        DaemonError: Apptainer is not there, or could not convert it.
    """
    program = shutil.which("apptainer") or shutil.which("singularity")
    if program is None:
        hint = "https://apptainer.org/docs/admin/main/installation.html; on a cluster, ask its administrator"
        raise DaemonError("Apptainer is not installed", hint, missing=True)
    folder = pins.folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sif"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sif-") as working:
        archive, fresh = Path(working, "image.tar"), Path(working, "image.sif")
        save(daemon, pin.image_id, archive, progress)
        progress.step("converting it to one file")
        # Apptainer unpacks the image on the way: beside the result, where there is room for it.
        environment = {
            "SOURCE_DATE_EPOCH": str(source_date_epoch()),
            "APPTAINER_TMPDIR": working,
            "APPTAINER_CACHEDIR": str(Path(working, "cache")),
        }
        done = subprocess.run(
            [program, "build", str(fresh), f"docker-archive:{archive}"],
            env=child_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0 or not fresh.is_file():
            last = "\n".join(done.stderr.strip().splitlines()[-5:])
            raise DaemonError(f"Apptainer could not convert {name}:\n{last}", _hint(last))
        with fresh.open("rb") as file:
            sha256 = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        fresh.replace(path)
    pinned = replace(pin, sif=Sif(path, sha256))
    write_pin(pins.path, name, pinned)
    return pinned


def _hint(text: str) -> str:
    if "no space left" in text.lower():
        return "the disk is full: HELDOUT_IMAGES may name a place with more room"
    return ""
