"""A user's own images, in folders by domain and class."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.operator import PinnedBy, operator
from heldout.runtime.pictures.files import ColourMode, image_tensor
from heldout.runtime.pictures.kept import FolderContents, OneShape
from heldout.runtime.rows.columns import composed
from heldout.runtime.subtype import Of

READERS = 8  # threads, which wait for the disk more than they compute
AT_ONCE = 256  # files that a thread reads before it is given others


@operator(seconds=20.0)
def import_folder(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    resize: Annotated[int, Field(ge=1, le=4096)] | None = 64,
    mode: ColourMode = "rgb",
) -> Annotated[Dataset, Of("images")]:
    """Images from `DOMAIN/CLASS/IMAGE` under a folder, the layout of PACS, VLCS and Office-Home.

    The checksum pins the content, and `heldout checksum FOLDER` prints it: the SHA-256 of the lines that
    sha256sum prints for the files, sorted by name. Where the folder lies is no part of a task, so that it
    may be moved, and may consist of links.

    Pictures are BMP, GIF, JPEG, PNG, PPM, TIFF or WebP, whatever their names say. They are turned upright as
    their EXIF orientation says, scaled to [0, 1] by the depth of their file
    (grey of 16 bits too), and composed over white where they are transparent; of an animation the first frame
    counts. Floats and 32-bit integers, which do not say what is white, are refused by name and mode.

    Resized, all images are one tensor in memory. With `resize: null` their files are kept as they are, and
    decoded where they are used, so that a folder of any size is imported: it is read twice, for the
    checksums and to be written into the data, and of each file the header is looked at.

    Domains and classes whose names differ only in how Unicode composes their letters are one. Names that
    begin with a dot, and files above the classes (a README), are not read.

    Args:
        path: the folder; a relative one is taken from the folder of the spec.
        sha256: checksum of the content, as above; `heldout check` says the right one.
        resize: side of the square that every image is resized to, pixels; null keeps the files as they are.
        mode: rgb (3 channels) or grey (1 channel).

    Returns:
        rows in order of the names, `id` is `DOMAIN/CLASS/IMAGE`; `x` [num_images, channels,
        resize, resize] in [0, 1], or the files as `encoded["image"]`; classes are those of all domains,
        sorted.

    Raises:
        ValueError: the folder has another layout or another content, or a file is no image, a very
            large one, or one that does not say what is white.
    """
    root = Path(path)
    names = image_names(root)
    digests = file_digests(root, names)
    found = sha256_of_lines(names, digests)
    if found != sha256:
        raise ValueError(f"the content of {path} has sha256 {found}, the study says {sha256}")
    parts = [composed(name).split("/") for name in names]
    classes = sorted({part[1] for part in parts})
    place = {name: label for label, name in enumerate(classes)}
    rows = pa.table(
        {
            "id": pa.array(names),
            "label": pa.array([place[part[1]] for part in parts], pa.int64()),
            "domain": pa.array([part[0] for part in parts]),
        }
    )
    if resize is None:
        seen = OneShape(mode)
        seen.look_in(root, names)
        kept = Encoded(FolderContents(root, names, digests), Media("image", mode, seen.shape))
        return Dataset(rows=rows, classes=tuple(classes), encoded={"image": kept})
    x = torch.empty((len(names), {"rgb": 3, "grey": 1}[mode], resize, resize))
    for row, name in enumerate(names):
        x[row] = image_tensor((root / name).read_bytes(), name, resize, mode)
    return Dataset(rows=rows, tensors={"x": x}, classes=tuple(classes))


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
    return sha256_of_lines(names, file_digests(root, names))


def sha256_of_lines(names: Sequence[str], digests: Sequence[bytes]) -> str:
    """The SHA-256 of the lines that sha256sum prints for files of these names and digests."""
    content = hashlib.sha256()
    for name, digest in zip(names, digests, strict=True):
        content.update(f"{digest.hex()}  {name}\n".encode())
    return content.hexdigest()


def file_digests(root: Path, names: Sequence[str]) -> list[bytes]:
    """The SHA-256 of each file; several are read at once, as folders on a network need it."""

    def of(part: Sequence[str]) -> list[bytes]:
        found = []
        for name in part:
            with (root / name).open("rb") as file:
                found.append(hashlib.file_digest(file, "sha256").digest())
        return found

    parts = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    if len(parts) <= 1:
        return of(names)
    with ThreadPoolExecutor(READERS) as readers:
        return [digest for part in readers.map(of, parts) for digest in part]


def _visible(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
