"""A user's own images, in folders by domain and class."""

import hashlib
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import PinnedBy, operator
from heldout.runtime.pictures.files import ColourMode, image_tensor
from heldout.runtime.rows.columns import composed


@operator(seconds=20.0)
def import_folder(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    resize: Annotated[int, Field(ge=1, le=4096)] = 64,
    mode: ColourMode = "rgb",
) -> Dataset:
    """Images from `DOMAIN/CLASS/IMAGE` under a folder, the layout of PACS, VLCS and Office-Home.

    The checksum pins the content, and `heldout checksum FOLDER` prints it: the SHA-256 of the lines that
    sha256sum prints for the files, sorted by name. Where the folder lies is no part of a task, so that it
    may be moved, and may consist of links.

    Pictures are BMP, GIF, JPEG, PNG, PPM, TIFF or WebP, whatever their names say. They are turned upright as
    their EXIF orientation says, scaled to [0, 1] by the depth of their file
    (grey of 16 bits too), and composed over white where they are transparent; of an animation the first frame
    counts. Floats and 32-bit integers, which do not say what is white, are refused by name and mode.

    Domains and classes whose names differ only in how Unicode composes their letters are one. Names that
    begin with a dot, and files above the classes (a README), are not read.

    Args:
        path: the folder; a relative one is taken from the folder of the spec.
        sha256: checksum of the content, as above; `heldout check` says the right one.
        resize: side of the square that every image is resized to, pixels.
        mode: rgb (3 channels) or grey (1 channel).

    Returns:
        rows in order of the names, `id` is `DOMAIN/CLASS/IMAGE`; `x` [num_images, channels,
        resize, resize] in [0, 1]; classes are those of all domains, sorted.

    Raises:
        ValueError: the folder has another layout or another content, or a file is no image, a very
            large one, or one that does not say what is white.
    """
    root = Path(path)
    names = image_names(root)
    found = content_sha256(root, names)
    if found != sha256:
        raise ValueError(f"the content of {path} has sha256 {found}, the study says {sha256}")
    parts = [composed(name).split("/") for name in names]
    classes = sorted({part[1] for part in parts})
    images = [image_tensor((root / name).read_bytes(), name, resize, mode) for name in names]
    rows = pa.table(
        {
            "id": pa.array(names),
            "label": pa.array([classes.index(part[1]) for part in parts], pa.int64()),
            "domain": pa.array([part[0] for part in parts]),
        }
    )
    return Dataset(rows=rows, tensors={"x": torch.stack(images)}, classes=tuple(classes))


def image_names(root: Path) -> list[str]:
    """The files `DOMAIN/CLASS/IMAGE` below a folder, sorted by the bytes of their names.

    Raises:
        ValueError: there is none, or one is not a file.
    """
    if not root.is_dir():
        raise ValueError(f"{root} is not a folder")
    names = sorted(
        image.relative_to(root).as_posix()
        for domain in _visible(root)
        if domain.is_dir()
        for label in _visible(domain)
        if label.is_dir()
        for image in _visible(label)
    )
    for name in names:
        if not (root / name).is_file():
            raise ValueError(f"{name} is not a file; expected DOMAIN/CLASS/IMAGE below {root}")
        if "\\" in name or not name.isprintable():
            raise ValueError(f"{name!r} holds a backslash, a control character or no UTF-8; rename it")
    if not names:
        raise ValueError(f"no DOMAIN/CLASS/IMAGE below {root}")
    return names


def content_sha256(root: Path, names: list[str]) -> str:
    """The SHA-256 of sha256sum's lines for these files."""
    content = hashlib.sha256()
    for name in names:
        with (root / name).open("rb") as file:
            content.update(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n".encode())
    return content.hexdigest()


def _visible(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
