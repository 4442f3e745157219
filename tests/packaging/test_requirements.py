"""Users get ranges, each with two ends; development gets one version of each package, within its range."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text().split()]
VERSIONS = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in PINS}
RANGED = ("runtime", "slurm", "kubernetes", "site")
RANGES = [
    Requirement(line)
    for line in [*PROJECT["dependencies"], *(line for name in RANGED for line in EXTRAS[name])]
]


@pytest.mark.parametrize("requirement", RANGES, ids=lambda each: each.name)
def test_users_get_a_range_around_what_is_developed_with(requirement: Requirement):
    assert [each.operator for each in sorted(requirement.specifier, key=str)] == ["<", ">="]
    assert requirement.specifier.contains(VERSIONS[requirement.name])


def test_development_is_exact():
    for line in EXTRAS["development"]:
        requirement = Requirement(line)
        assert str(requirement.specifier) == f"=={VERSIONS[requirement.name]}"


def test_constraints_name_each_package_once_at_one_version():
    assert len(VERSIONS) == len(PINS)
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in PINS)


def test_every_python_that_is_named_is_allowed():
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert named == ["3.11", "3.12", "3.13"]
    assert all(Requirement(f"python{PROJECT['requires-python']}").specifier.contains(each) for each in named)


def test_all_extras_but_those_of_development_have_ranges():
    assert EXTRAS.keys() == {*RANGED, "development"}
