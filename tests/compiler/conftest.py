"""What the tests of the compiler share: a small catalog, compiling text, stand-ins for Docker and others."""

import importlib.util
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import Compiled, compile_spec
from heldout.compiler.diagnostics import Diagnostic, draw

HERE = Path(__file__).parent

# Writes a program that answers by its arguments.
Programs = Callable[..., None]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of tests/compiler/catalog.json: a few operators of every sort."""
    return load_catalog(HERE / "catalog.json")


class Compiler:
    """Compiles text; the header that every spec has is added."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def diagnose(self, text: str, scale: str | None = None) -> list[Diagnostic]:
        return compile_spec(self._whole(text), "spec.yaml", scale, self.catalog)[1]

    def __call__(self, text: str, scale: str | None = None, file: str = "spec.yaml") -> Compiled:
        compiled, problems = compile_spec(self._whole(text), file, scale, self.catalog)
        assert compiled is not None, draw(problems, {file: self._whole(text).decode()})
        return compiled

    def _whole(self, text: str) -> bytes:
        header = "" if "heldout: 1" in text else "heldout: 1\nstudy: a\n"
        return (header + text).encode()


@pytest.fixture(scope="session")
def compiler(catalog: Catalog) -> Compiler:
    return Compiler(catalog)


@pytest.fixture(scope="session")
def fake_docker() -> ModuleType:
    """The module fake_docker.py."""
    spec = importlib.util.spec_from_file_location("fake_docker", HERE / "fake_docker.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def docker(fake_docker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stand-in for Docker that commands find, with a base image that is called `base:1`."""
    with tempfile.TemporaryDirectory(prefix="docker") as folder:  # a socket's path is short
        engine = fake_docker.FakeDocker(Path(folder, "docker.sock"))
        engine.add(fake_docker.stored([fake_docker.tar_of({"bin/sh": b"a shell"}, 7)]), "base:1")
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        yield engine
        engine.stop()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Write a program that answers by its arguments: `programs("sinfo", {"--noheader": "main*|1:00:00"})`.

    An answer is of the first key that its arguments hold, in the order of writing; `!` before an answer
    says it on standard error, with exit code 1. Nothing else is on the path.
    """
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, answers: Mapping[str, str]) -> None:
        lines = ["#!/bin/sh", 'case " $* " in']
        for number, (key, answer) in enumerate(answers.items()):
            said = folder / f"{name}.{number}.txt"
            said.write_text(answer.removeprefix("!") + "\n")
            ending = ">&2; exit 1" if answer.startswith("!") else "; exit 0"
            lines.append(f"*{key!r}*) /bin/cat {shlex.quote(str(said))} {ending} ;;")
        (folder / name).write_text("\n".join([*lines, "esac", "exit 9", ""]))
        (folder / name).chmod(0o755)

    return write
