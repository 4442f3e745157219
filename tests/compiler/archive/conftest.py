"""Small archives, sound and unsound."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from heldout.compiler.archive import contents

Make = Callable[..., Path]

TASK = "ab" + "0" * 62
SPEC = b"heldout: 1\nstudy: small\n"
RESTS_ON = b'{"entries": {}, "claims": {"locked": false, "claims": {}, "removed": []}, "locked": null}'
RECORD = {
    "task": TASK,
    "operator": "data/digits",
    "digest": "sha256:0",
    "components": {},
    "parameters": {},
    "inputs": {},
    "outputs": {},
    "files": {},
}


def sound_files() -> dict[str, bytes]:
    """The files of a small archive, without its manifest."""
    index = {"heldout_archive": 1, "study": "small", "scale": None, "spec": "spec/small.yaml"}
    return {
        contents.METADATA: b'{"@graph": []}',
        contents.README: b"# An archive\n",
        contents.INDEX: json.dumps(index).encode(),
        contents.CATALOG: b"{}",
        contents.LOCK: RESTS_ON,
        contents.ENVIRONMENT: b"[]",
        contents.IMAGE_INDEX: b'{"name": "cpu"}',
        "spec/small.yaml": SPEC,
        f"{contents.task_folder(TASK)}/manifest.json": json.dumps(RECORD).encode(),
    }


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The manifest that speaks the truth of these files."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


@pytest.fixture
def files() -> dict[str, bytes]:
    return sound_files()


@pytest.fixture
def truth() -> Callable[[Mapping[str, bytes]], bytes]:
    return manifest_of


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a zip of these files, with a manifest that speaks the truth unless one is given.

    `change` is called with every entry before it is written.
    """

    def write(
        files: Mapping[str, bytes],
        manifest: bytes | None = None,
        method: int = zipfile.ZIP_DEFLATED,
        change: Callable[[zipfile.ZipInfo], None] = lambda entry: None,
    ) -> Path:
        path = tmp_path / "study.zip"
        with zipfile.ZipFile(path, "w") as archive:
            manifest = manifest_of(files) if manifest is None else manifest
            for name, content in [*files.items(), (contents.MANIFEST, manifest)]:
                entry = zipfile.ZipInfo("name")
                entry.filename = name  # as it stands: the constructor would tidy it
                change(entry)
                archive.writestr(entry, content, compress_type=method)
        return path

    return write
