"""Run while an image is built: what lies in it is what its recipe says.

Usage: check_packages.py REQUIREMENTS TORCH CATALOG
"""

import json
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path


def check(requirements: Path, torch: str, catalog: Path) -> list[str]:
    """What differs from the recipe, a line each."""
    found = []
    if tuple(map(int, platform.python_version_tuple()[:2])) < (3, 11):
        found.append(f"the runtime needs Python 3.11 or newer, and the base has {platform.python_version()}")
    expected = {"torch": torch}
    for name, version, marker in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", requirements.read_text(), re.MULTILINE
    ):
        if "win32" not in marker:
            expected[name] = version
    for name, version in expected.items():
        try:
            there = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"{name} {version} is not there")
            continue
        if there != version and not (name == "torch" and there.partition("+")[0] == torch):
            found.append(f"{name} {there} is there in the place of {version}")
    if found:
        return found
    command = [sys.executable, "-m", "heldout.runtime", "catalog"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        return ["the runtime cannot write its catalog: see above"]
    inside, shipped = (json.loads(text)["digest"] for text in (done.stdout, catalog.read_bytes()))
    if inside != shipped:
        return [f"the runtime's catalog is {inside}, and the one shipped with it {shipped}: run `make docs`"]
    return []


if __name__ == "__main__":
    differences = check(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    for difference in differences:
        print(f"check: {difference}", file=sys.stderr)
    sys.exit(1 if differences else 0)
