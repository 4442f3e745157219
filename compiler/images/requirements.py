"""Hash-locked requirements: how they are read, and how uv makes them from pyproject.toml.

`python -m compiler.images.requirements` (`make lock-requirements`) writes them anew, in a checkout.
"""

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from compiler.catalog import shipped
from compiler.images.recipe import load_images
from compiler.lower.files import write_if_changed

ROOT = Path(__file__).parents[2]

HEAD = """\
# Every wheel of an image, by version and hash, for Linux on x86-64: `make lock-requirements` writes it.
"""

# Of what the compiler needs, the runtime needs these too.
SHARED = ("jinja2", "pydantic")
# Platforms that no image is built for.
ELSEWHERE = re.compile(r"sys_platform == '(win32|emscripten|darwin)'")
_BLOCK = re.compile(
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
    left = re.sub(r"^#.*\n?", "", _BLOCK.sub("", text), flags=re.M).strip()
    if left:
        raise ValueError(f"no version and hashes: {left.splitlines()[0]}")
    blocks = _BLOCK.finditer(text)
    return tuple(Requirement(b[1], b[2], tuple(re.findall(r"sha256:([0-9a-f]{64})", b[4]))) for b in blocks)


def wanted(project: Path) -> list[str]:
    """What the runtime asks for directly, pinned, from pyproject.toml."""
    content = tomllib.loads(project.read_text())["project"]
    shared = [line for line in content["dependencies"] if line.partition("==")[0] in SHARED]
    return sorted([*shared, *content["optional-dependencies"]["runtime"]])


def lock(lines: list[str], find_links: str) -> str:
    """Resolve requirements and all that they need, for every Python from 3.11, with every hash.

    The resolution is made with PyTorch's build for CPUs, which asks for no CUDA packages.

    Args:
        lines: requirements, each with its version.
        find_links: where builds of torch lie, when the environment does not say (UV_FIND_LINKS).
    """
    asked = [f"{line}+cpu" if line.startswith("torch==") else line for line in lines]
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    found = subprocess.run(
        ["uv", "pip", "compile", "-", "--quiet", "--constraint", "constraints.txt", *options],
        input="\n".join(asked) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env={"UV_FIND_LINKS": find_links, **os.environ},
    ).stdout
    return "".join(
        block[0] + "\n" for block in _BLOCK.finditer(found) if not ELSEWHERE.search(block[3] or "")
    )


def without_torch(text: str) -> str:
    """Locked requirements for a base that brings torch."""
    return "".join(block[0] + "\n" for block in _BLOCK.finditer(text) if block[1] != "torch")


def main() -> None:
    """Write the requirements of every image."""
    images = load_images().values()
    links = next(image.find_links for image in images if image.find_links is not None)
    locked = lock(wanted(ROOT / "pyproject.toml"), links)
    for image in images:
        text = HEAD + (locked if image.base.torch is None else without_torch(locked))
        if write_if_changed(shipped(image.requirements), text):
            print(f"wrote {shipped(image.requirements)}")


if __name__ == "__main__":
    main()
