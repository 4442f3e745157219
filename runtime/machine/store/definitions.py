"""What the code behind a digest was, so that `heldout why` can say which of it has changed since."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from heldout.runtime.files import write
from heldout.runtime.machine.store.durable import writing_to

FOLDER = "definitions"


def keep_definitions(root: Path, digest: str, definitions: Mapping[str, str]) -> None:
    """Write down what a digest is of, unless that was done before and is whole: `definitions/HEX.json`.

    Args:
        root: of the store.
        digest: of an operator or component, `sha256:…`.
        definitions: a hash of everything that it reaches, by `NAME in FILE`.

    Raises:
        StoreError: the store cannot be written.
    """
    path = root / FOLDER / f"{digest.removeprefix('sha256:')}.json"
    text = json.dumps(dict(definitions), indent=1, sort_keys=True) + "\n"
    with contextlib.suppress(OSError):
        if path.read_bytes() == text.encode():
            return
    with writing_to(root):
        write(path, text, durable=True)
