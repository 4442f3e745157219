"""heldout with a small image: the recipe of `cpu`, a few of its wheels, and a runtime that says its catalog.

What engines leave in an image (times, orders, owners, byte-code, a configuration) they leave in any. So what
is shown of this one, which is built in seconds, is shown of the same Dockerfile, commands and normalisation
as those of `cpu`, which takes minutes each time.
"""

import base64
import hashlib
import shutil
import zipfile
from pathlib import Path

from heldout.compiler.images.requirements import BLOCK

ROOT = Path(__file__).parents[2]
# One with a compiled module, one with programs, one with a module at the top; none needs another.
WHEELS = ("markupsafe", "pygments", "typing-extensions")
RUNTIME = '''\
"""A runtime that says the catalog which lies beside it."""

from pathlib import Path

print((Path(__file__).parents[2] / "containers/catalog.json").read_text(), end="")
'''


def small_heldout(folder: Path, wheels: Path) -> tuple[Path, Path]:
    """Lay out such a heldout.

    Args:
        folder: where to.
        wheels: those of `cpu`.

    Returns:
        the folder that `heldout` is imported from, and that of the small image's wheels.
    """
    for name in ("compiler", "containers", "profiles", "src"):
        shutil.copytree(
            ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    (folder / "runtime").mkdir()
    (folder / "runtime/__init__.py").touch()
    (folder / "runtime/__main__.py").write_text(RUNTIME)
    chosen = folder / "wheels"
    chosen.mkdir()
    lines = []
    for block in BLOCK.finditer((ROOT / "containers/requirements.cpu.txt").read_text()):
        name, version = block[1], block[2]
        if name in WHEELS:
            lines.append(block[0])
            (wheel,) = wheels.glob(f"{name.replace('-', '_')}-{version}-*.whl")
            (chosen / wheel.name).symlink_to(wheel)
        elif name == "torch":  # of which the recipe of `cpu` names the version
            lines.append(f"torch=={version} \\\n    --hash=sha256:{empty_wheel(chosen, 'torch', version)}")
    (folder / "containers/requirements.cpu.txt").write_text("\n".join([*lines, ""]))
    return folder / "src", chosen


def empty_wheel(folder: Path, name: str, version: str) -> str:
    """Write a wheel in which there is a package, and nothing in it; its SHA-256."""
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in files.items():
            wheel.writestr(zipfile.ZipInfo(inside), text)  # of 1980: the same bytes every time
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    """As a RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
