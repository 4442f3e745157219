"""Make the images' requirements with uv: what pyproject.toml asks for, as constraints.txt has it.

`python -m heldout.compiler.images.lock_requirements` (`make lock-requirements`) writes them, in a checkout.
"""

import re
import subprocess
import tomllib
from pathlib import Path

from heldout.compiler.catalog import shipped
from heldout.compiler.environment import child_environment
from heldout.compiler.files import write_if_changed
from heldout.compiler.images.recipe import load_images
from heldout.compiler.images.requirements import BLOCK

ROOT = Path(__file__).resolve().parents[2]

HEAD = """\
# Every wheel of an image, by version and hash, for Linux on x86-64: `make lock-requirements` writes it.
"""

# Of what the compiler needs, the runtime needs these too.
SHARED = ("jinja2", "pydantic")
# Platforms that no image is built for.
ELSEWHERE = re.compile(r"sys_platform == '(win32|emscripten|darwin)'")


def wanted(project: Path, constraints: Path) -> list[str]:
    """What the runtime asks for directly, each package at its one version.

    Args:
        project: pyproject.toml, with ranges.
        constraints: constraints.txt, with versions.
    """
    content = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    names = [package(line) for line in content["optional-dependencies"]["runtime"]]
    pins = {
        package(line): line.partition("==")[2] for line in constraints.read_text(encoding="utf-8").split()
    }
    return sorted(f"{name}=={pins[name]}" for name in (*SHARED, *names))


def package(requirement: str) -> str:
    """The package that a requirement asks for, as PEP 503 writes it."""
    name = re.match(r"[\w.-]*\w", requirement)
    if name is None:
        raise ValueError(f"no requirement: {requirement}")
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def lock(lines: list[str]) -> str:
    """Resolve requirements and all that they need, for every Python from 3.11, with every hash.

    The resolution is made with PyTorch's build for CPUs, which asks for no CUDA packages. The variable
    UV_FIND_LINKS says where its wheels lie.

    Args:
        lines: requirements, each with its version.
    """
    asked = [f"{line}+cpu" if line.startswith("torch==") else line for line in lines]
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    found = subprocess.run(
        ["uv", "pip", "compile", "-", "--quiet", "--constraint", "constraints.txt", *options],
        input="\n".join(asked) + "\n",
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=child_environment(),
        check=True,
        cwd=ROOT,
    ).stdout
    return "".join(block[0] + "\n" for block in BLOCK.finditer(found) if not ELSEWHERE.search(block[3] or ""))


def without_torch(text: str) -> str:
    """Locked requirements for a base that brings torch."""
    return "".join(block[0] + "\n" for block in BLOCK.finditer(text) if block[1] != "torch")


def main() -> None:
    """Write the requirements of every image."""
    images = load_images().values()
    locked = lock(wanted(ROOT / "pyproject.toml", ROOT / "constraints.txt"))
    for image in images:
        text = HEAD + (locked if image.base.torch is None else without_torch(locked))
        if write_if_changed(shipped(image.requirements), text):
            print(f"wrote {shipped(image.requirements)}")


if __name__ == "__main__":
    main()
