import re
import tomllib
from pathlib import Path

import pytest

from heldout.compiler.catalog import shipped
from heldout.compiler.images import load_images
from heldout.compiler.images.lock_requirements import package
from heldout.compiler.images.requirements import Requirement, read_requirements

ROOT = Path(__file__).parents[3]
A, B = "a" * 64, "b" * 64


def locked(name: str) -> dict[str, Requirement]:
    found = read_requirements(shipped(load_images()[name].requirements).read_text())
    return {each.name: each for each in found}


def test_versions_markers_and_hashes_are_read():
    text = f"""\
# a comment
one==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
two==2.0+cpu ; sys_platform != 'emscripten' \\
    --hash=sha256:{B}
"""
    assert read_requirements(text) == (
        Requirement("one", "1.0", (A, B)),
        Requirement("two", "2.0+cpu", (B,)),
    )


@pytest.mark.parametrize("line", ["one==1.0\n", "one>=1.0 \\\n    --hash=sha256:" + A, "--index-url x\n"])
def test_a_line_without_a_version_or_hashes_is_refused(line):
    with pytest.raises(ValueError, match=re.escape(line.split("\n")[0].rstrip())):
        read_requirements(line)


@pytest.mark.parametrize("name", ["cpu", "cuda"])
def test_every_version_is_the_one_that_the_project_is_developed_with(name):
    pins = (ROOT / "constraints.txt").read_text().split()
    pinned = {package(line): line.partition("==")[2] for line in pins}
    versions = {package(each.name): each.version.partition("+")[0] for each in locked(name).values()}
    assert {package: (version, pinned.get(package)) for package, version in versions.items()} == {
        package: (version, version) for package, version in versions.items()
    }


def test_all_that_the_runtime_asks_for_is_there():
    content = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {package(line) for line in content["optional-dependencies"]["runtime"]}
    assert asked <= {package(each) for each in locked("cpu")}
    assert asked - {"torch"} <= {package(each) for each in locked("cuda")}


def test_a_base_brings_torch_or_the_requirements_do():
    pins = (ROOT / "constraints.txt").read_text().split()
    (version,) = [line.removeprefix("torch==") for line in pins if line.startswith("torch==")]
    for name, image in load_images().items():
        found = locked(name).get("torch")
        brought = [image.base.torch, found.version.partition("+")[0] if found else None]
        assert sorted(brought, key=str) == sorted([version, None], key=str), name


def test_the_two_images_differ_in_torch_alone():
    cpu, cuda = locked("cpu"), locked("cuda")
    assert set(cpu) - set(cuda) == {"torch"}
    assert {name: each for name, each in cpu.items() if name != "torch"} == cuda
