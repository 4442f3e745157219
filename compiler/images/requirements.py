"""Hash-locked requirements: every wheel of an image."""

import re
from dataclasses import dataclass

BLOCK = re.compile(
    r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\\n]+?))? ?((?:\\\n +--hash=sha256:[0-9a-f]{64} ?)+)$", re.M
)


@dataclass(frozen=True)
class Requirement:
    """One pinned wheel.

    Attributes:
        name: as the index spells it.
        version: with its local part, such as `2.13.0+cpu`.
        hashes: SHA-256 of every file that will do: one a platform and Python.
    """

    name: str
    version: str
    hashes: tuple[str, ...]


def read_requirements(text: str) -> tuple[Requirement, ...]:
    """The wheels that a requirements file names, in its order.

    Raises:
        ValueError: a line of the file belongs to no wheel with a version and hashes.
    """
    left = re.sub(r"^#.*\n?", "", BLOCK.sub("", text), flags=re.M).strip()
    if left:
        raise ValueError(f"no version and hashes: {left.splitlines()[0]}")
    blocks = BLOCK.finditer(text)
    return tuple(Requirement(b[1], b[2], tuple(re.findall(r"sha256:([0-9a-f]{64})", b[4]))) for b in blocks)
