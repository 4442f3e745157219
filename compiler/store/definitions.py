"""What the code behind a digest was when a store's results were computed with it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def kept_definitions(store: Path, digest: str) -> Mapping[str, str] | None:
    """A hash of everything that an operator or component reached, by `NAME in FILE`.

    Args:
        store: its folder.
        digest: of the operator or component, as a record has it.

    Returns:
        None where the store does not know, or the file is damaged.
    """
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        content = json.loads((store / "definitions" / f"{digest.removeprefix('sha256:')}.json").read_bytes())
        return {str(name): str(shape) for name, shape in content.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
