"""Make a built image the same bytes, whenever and by whichever engine it was built.

Engines keep the times at which files were copied, of every step and of the configuration. The image
is saved, the layers that the build added are written anew and so is its configuration, and the
result is loaded back.
"""

import contextlib
import gzip
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from heldout.compiler.images.epoch import iso
from heldout.compiler.images.layers import normalise_layer

# Of an image's configuration, what says how it runs. The rest is about its making.
ENGINES_OWN = "io.buildah.version"  # a label that Podman adds
KEPT = ("User", "Env", "Cmd", "Entrypoint", "WorkingDir", "Labels", "ExposedPorts", "Volumes", "StopSignal")


class ArchiveError(Exception):
    """A saved image is not what it should be."""


@dataclass(frozen=True)
class Normalised:
    """A rewritten image.

    Attributes:
        image_id: the digest of its configuration.
        diff_ids: of its layers, the base's first.
    """

    image_id: str
    diff_ids: tuple[str, ...]


def normalise(saved: Path, out: Path, base: Sequence[str], name: str, tag: str, epoch: int) -> Normalised:
    """Write a saved image again, with nothing in it that depends on when it was built.

    Args:
        saved: what `docker save` gave.
        out: where to, in the same form.
        base: the diff ids of the base's layers, which stay as they are.
        name: of the image, for its history.
        tag: what the image is to be called.
        epoch: the time of all that the build added, seconds since 1970.

    Raises:
        ArchiveError: the archive is damaged, or the image does not begin with the base's layers.
    """
    try:
        with tarfile.open(saved) as old, tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as new:
            return _rewrite(old, new, base, name, tag, epoch, out.parent)
    except (tarfile.TarError, ValueError) as error:
        raise ArchiveError(f"the saved image is damaged: {error}") from error


def _rewrite(
    old: tarfile.TarFile,
    new: tarfile.TarFile,
    base: Sequence[str],
    name: str,
    tag: str,
    epoch: int,
    working: Path,
) -> Normalised:
    manifest = _json(old, "manifest.json")[0]
    config = _json(old, manifest["Config"])
    before = config["rootfs"]["diff_ids"]
    if before[: len(base)] != list(base):
        raise ArchiveError("the built image does not begin with the layers of its base")
    diff_ids = list(base)
    for number, (layer, diff_id) in enumerate(zip(manifest["Layers"], before, strict=True)):
        with _layer(old, layer, working) as source:
            if number < len(base):
                _add(new, diff_id, source)
                continue
            with tempfile.TemporaryFile(dir=working) as plain:
                diff_ids.append(normalise_layer(source, plain, epoch))
                _add(new, diff_ids[-1], plain)
    text = config_bytes(config, diff_ids, len(base), name, epoch)
    image_id = f"sha256:{hashlib.sha256(text).hexdigest()}"
    _add_bytes(new, f"{_hex(image_id)}.json", text)
    layers = [f"{_hex(each)}.tar" for each in diff_ids]
    entry = {"Config": f"{_hex(image_id)}.json", "RepoTags": [tag], "Layers": layers}
    _add_bytes(new, "manifest.json", json.dumps([entry]).encode())
    return Normalised(image_id, tuple(diff_ids))


def config_bytes(
    config: dict[str, Any], diff_ids: Sequence[str], num_base: int, name: str, epoch: int
) -> bytes:
    """The configuration of an image, without what its making left in it.

    Args:
        config: as the engine wrote it.
        diff_ids: of all layers.
        num_base: how many of them are the base's.
        name: of the image.
        epoch: when it counts as made, seconds since 1970.
    """
    run = {key: config["config"][key] for key in KEPT if config.get("config", {}).get(key)}
    run["Env"] = sorted(run.get("Env", []))
    if "Labels" in run:
        run["Labels"] = {key: value for key, value in run["Labels"].items() if key != ENGINES_OWN}
    made = {"created": iso(epoch), "created_by": f"heldout image build {name}"}
    content = {
        **{key: config[key] for key in ("architecture", "os", "variant") if config.get(key)},
        "created": iso(epoch),
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
        "history": [*_base_history(config, num_base, epoch), *[made] * (len(diff_ids) - num_base)],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _base_history(config: dict[str, Any], num_base: int, epoch: int) -> list[dict[str, Any]]:
    """The entries of the base's layers; plain ones where the engine has lost them."""
    history: list[dict[str, Any]] = []
    for entry in config.get("history") or []:
        if sum(not each.get("empty_layer") for each in history) == num_base:
            break
        history.append(entry)
    if sum(not each.get("empty_layer") for each in history) != num_base:
        return [{"created": iso(epoch), "created_by": "base"}] * num_base
    return history


@contextlib.contextmanager
def _layer(archive: tarfile.TarFile, name: str, folder: Path) -> Iterator[BinaryIO]:
    """A layer of a saved image, unpacked where the engine had compressed it."""
    source = _member(archive, name)
    packed = source.read(2) == b"\x1f\x8b"
    source.seek(0)
    if not packed:
        yield cast(BinaryIO, source)
        return
    with gzip.open(source) as reader, tempfile.TemporaryFile(dir=folder) as plain:
        shutil.copyfileobj(reader, plain, 1 << 20)
        plain.seek(0)
        yield plain


def _json(archive: tarfile.TarFile, name: str) -> Any:
    return json.load(_member(archive, name))


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """A file of a saved image; links are followed, since equal layers are saved once."""
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise ArchiveError(f"the saved image has no {name}")
    return member


def _add(archive: tarfile.TarFile, diff_id: str, layer: BinaryIO) -> None:
    name = f"{_hex(diff_id)}.tar"
    if name in archive.getnames():  # two steps that add the same, or nothing
        return
    entry = tarfile.TarInfo(name)
    entry.size = layer.seek(0, io.SEEK_END)
    layer.seek(0)
    archive.addfile(entry, layer)


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")
