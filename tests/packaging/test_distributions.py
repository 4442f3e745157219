"""What people install: wheel, sdist, the wheel made of the sdist, and the editable install."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# Where a wheel has the files of each folder of the repository.
PLACES = {
    "compiler": "heldout/compiler",
    "runtime": "heldout/runtime",
    "src/heldout": "heldout",
    "containers": "heldout/compiler/containers",
    "profiles": "heldout/compiler/profiles/shipped",
}
INFO = "heldout-7.8.9.dist-info"
MAKE = "import sys; from hatchling import build; print(getattr(build, sys.argv[1])(sys.argv[2]))"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def make(kind: str, folder: Path, out: Path) -> Path:
    """Let the build backend make a distribution of a folder, as pip and build do."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", MAKE, f"build_{kind}", str(out)],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SETUPTOOLS_SCM_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out / done.stdout.split()[-1]


def files(path: Path) -> dict[str, bytes]:
    """The files of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of what is here, at the tag v7.8.9, with what work leaves behind in a checkout."""
    folder = tmp_path_factory.mktemp("repository")
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (source := ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name, follow_symlinks=False)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    git(folder, "tag", "v7.8.9")
    for left in ("compiler/__pycache__/lock.cpython-311.pyc", "results/a/b.txt", "build/compiler/x.py"):
        (folder / left).parent.mkdir(parents=True, exist_ok=True)
        (folder / left).write_bytes(b"left behind")
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("distributions")


@pytest.fixture(scope="module")
def wheel(repository: Path, out: Path) -> Path:
    return make("wheel", repository, out)


@pytest.fixture(scope="module")
def sdist(repository: Path, out: Path) -> Path:
    return make("sdist", repository, out)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands at the top of site-packages once the wheel is installed."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder)
    return folder


def test_a_wheel_puts_one_name_into_site_packages(wheel: Path):
    assert {name.partition("/")[0] for name in files(wheel)} == {"heldout", INFO}


def test_a_wheel_holds_every_file_of_the_packages_and_what_they_read(repository: Path, wheel: Path):
    expected = {"heldout/_version.py"}
    for name in git(repository, "ls-files", "-z").split("\0"):
        for folder, place in PLACES.items():
            if name.startswith(f"{folder}/") and not (repository / name).is_symlink():
                expected.add(place + name.removeprefix(folder))
    found = {name for name in files(wheel) if not name.startswith(INFO)}
    assert found == expected
    assert {
        *("heldout/py.typed", "heldout/version.py", "heldout/runtime/__main__.py"),
        *("heldout/compiler/containers/catalog.json", "heldout/compiler/profiles/shipped/local/config.yaml"),
    } <= found


def test_the_wheel_of_the_sdist_is_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path):
    with tarfile.open(sdist) as archive:
        assert all(member.isfile() for member in archive)  # a link would leave a package out
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    assert files(make("wheel", folder, tmp_path)) == files(wheel)


def test_an_sdist_holds_what_wheels_are_made_of(sdist: Path):
    with tarfile.open(sdist) as archive:
        inside = {name.split("/")[1] for name in archive.getnames()}
    own = {"CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md", "constraints.txt", "pyproject.toml"}
    folders = {place.split("/")[0] for place in PLACES}
    assert inside == own | folders | {"PKG-INFO", ".gitignore"}


def test_an_editable_install_adds_one_folder_to_the_path(repository: Path, tmp_path: Path):
    inside = files(make("editable", repository, tmp_path))
    assert {name.partition("/")[0] for name in inside} == {"_heldout.pth", INFO}
    assert inside["_heldout.pth"].decode().split() == [str(repository / "src")]
    assert sorted(path.name for path in (repository / "src").iterdir()) == ["heldout"]


@pytest.mark.parametrize("how", ["installed", "editable"])
def test_python_finds_heldout_and_nothing_beside_it(
    how: str, repository: Path, installed: Path, tmp_path: Path
):
    folder = installed if how == "installed" else repository / "src"
    code = """
import sys
from importlib.machinery import PathFinder
import heldout.compiler.catalog, heldout.runtime.operator
print(heldout.__version__, heldout.__file__, len(heldout.compiler.catalog.load_catalog().operators) > 50)
names = ("heldout", "compiler", "runtime", "tests", "src", "benchmarks")
print(*[name for name in names if PathFinder.find_spec(name, sys.argv[1:])])
"""
    said = subprocess.run(
        [sys.executable, "-P", "-c", code, str(folder)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines() == [f"7.8.9 {folder}/heldout/__init__.py True", "heldout"]


def test_an_installed_command_checks_a_new_study(installed: Path, tmp_path: Path):
    for arguments in (["new", "my-study.yaml"], ["check", "my-study.yaml"], ["plan", "my-study.yaml"]):
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from heldout.compiler.cli import main; main()", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def version_of(folder: Path) -> str:
    command = [sys.executable, "-m", "hatchling", "version"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_versions_come_from_tags(repository: Path, tmp_path: Path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    assert version_of(clone) == "7.8.9"
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "more")
    commit = git(clone, "rev-parse", "HEAD")[:7]
    assert version_of(clone).startswith(f"7.8.9.post1.dev1+g{commit}")
    # As in a shallow clone: no release is known, the commit is.
    git(clone, "tag", "--delete", "v7.8.9")
    assert version_of(clone).startswith(f"0.0.0.post1.dev2+g{commit}")
    shutil.rmtree(clone / ".git")
    assert version_of(clone) == "0.0.0"


def test_a_tag_is_the_newest_release_of_the_changelog():
    tags = git(ROOT, "tag", "--points-at", "HEAD", "v*.*.*").split()
    changelog = (ROOT / "CHANGELOG.md").read_text()
    newest = re.search(r"^## (\d\S*)", changelog, re.MULTILINE)
    assert all(newest is not None and newest[1] == tag.removeprefix("v") for tag in tags)
