"""Small archives, sound and unsound."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from compiler.archive import contents

Make = Callable[..., Path]

TASK = "ab" + "0" * 62
SPEC = b"heldout: 1\nstudy: small\n"


def sound_files() -> dict[str, bytes]:
    """The files of a small archive, without its manifest."""
    index = {
        "heldout_archive": 1,
        "study": "small",
        "scale": None,
        "spec": "spec/small.yaml",
        "software": "0.1.0",
    }
    return {
        contents.METADATA: b'{"@graph": []}',
        contents.README: b"# An archive\n",
        contents.INDEX: json.dumps(index).encode(),
        contents.CATALOG: b"{}",
        contents.LOCK: b"{}",
        contents.ENVIRONMENT: b"[]",
        contents.IMAGE_INDEX: b"{}",
        "spec/small.yaml": SPEC,
        f"{contents.task_folder(TASK)}/manifest.json": b'{"task": "..."}',
    }


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The manifest that speaks the truth of these files."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


@pytest.fixture
def files() -> dict[str, bytes]:
    return sound_files()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a zip of these files, with a manifest that speaks the truth unless one is given."""

    def write(
        files: Mapping[str, bytes], manifest: bytes | None = None, method: int = zipfile.ZIP_DEFLATED
    ) -> Path:
        path = tmp_path / "study.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
            archive.writestr(contents.MANIFEST, manifest_of(files) if manifest is None else manifest)
        return path

    return write
