import shlex
import subprocess

import pytest

from heldout.compiler.images import load_images
from heldout.compiler.images.definition import commands, environment, render

BASE = f"base@sha256:{'b' * 64}"


def dockerfile(name="cpu", **more):
    return render("Dockerfile", name, BASE, {"a": "1", "b": "two words"}, **more)


@pytest.mark.parametrize("name", ["cpu", "cuda"])
@pytest.mark.parametrize("wheels", [True, False])
def test_every_command_is_one_that_a_shell_can_read(name, wheels):
    for command in commands(load_images()[name], wheels):
        subprocess.run(["sh", "-n", "-c", command], check=True)
        assert "\n" not in command  # a Dockerfile's RUN ends with its line


def test_wheels_are_installed_by_hash_and_nothing_comes_from_a_distribution():
    (install, *_) = commands(load_images()["cpu"])
    words = shlex.split(install)
    assert {"--require-hashes", "--no-deps", "--no-compile", "--no-cache-dir", "--target"} <= set(words)
    assert "apt" not in dockerfile()


def test_with_a_folder_of_wheels_no_index_is_asked():
    (install, *_) = commands(load_images()["cpu"], wheels=True)
    assert "--no-index" in shlex.split(install)
    assert "http" not in install
    assert "COPY wheels /build/wheels" in dockerfile(wheels=True).splitlines()
    assert "COPY wheels" not in dockerfile()


def test_wheels_that_the_index_lacks_come_from_a_page():
    # pip reads it from the environment, where a build argument stands while a command runs.
    assert 'ARG PIP_FIND_LINKS=""' in dockerfile().partition("\nFROM ${BASE}\n")[0].splitlines()
    assert "PIP_FIND_LINKS" not in dockerfile(wheels=True)
    definition = render("apptainer.def", "cpu", BASE, {}).splitlines()
    assert "    PIP_FIND_LINKS=" in definition
    assert '    export PIP_FIND_LINKS="{{ PIP_FIND_LINKS }}"' in definition


def test_the_build_checks_torch_whoever_brings_it():
    # `cuda` rests on a base with torch, whose local part is the base's own affair.
    assert " 2.13.0 " in commands(load_images()["cuda"])[1]
    assert " 2.13.0+cpu " in commands(load_images()["cpu"])[1]


def test_the_last_stage_runs_nothing():
    last = dockerfile().rpartition("FROM ")[2]
    instructions = {line.split()[0] for line in last.splitlines() if line[:1].isupper()}
    assert instructions == {"ENV", "LABEL", "COPY", "WORKDIR", "USER", "CMD"}
    assert "USER 1000:1000" in last
    assert f"ARG BASE={BASE}" in dockerfile()


def test_both_texts_say_the_same():
    definition = render("apptainer.def", "cpu", BASE, {"a": "1"})
    assert f"From: {BASE}" in definition.splitlines()
    for command in commands(load_images()["cpu"]):
        assert f"    {command}" in definition.splitlines()
        assert f"RUN {command}" in dockerfile().splitlines()
    for key, value in environment().items():
        assert f'    export {key}="{value}"' in definition.splitlines()
        assert f'{key}="{value}"' in dockerfile()


def test_python_ignores_what_lies_around_it():
    # A job's working directory may hold a folder `runtime`, and a home folder packages of its own.
    assert environment()["PYTHONSAFEPATH"] == environment()["PYTHONNOUSERSITE"] == "1"
    assert environment()["PYTHONPATH"].split(":")[0] == "/opt/heldout"
