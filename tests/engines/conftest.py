"""Real engines on loopback, where HELDOUT_ENGINE_TESTS=1 asks for them; else these tests are not chosen."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.engines.small import small_heldout
from tests.turns import in_turn

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BIN = Path(sys.executable).parent
FIRST = "my-study.yaml"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the faults, which stand alone, try a third in each turn, and all where there are no turns."""
    if not os.environ.get("HELDOUT_TURN") or os.environ.get("HELDOUT_ENGINE_TESTS") == "all":
        return
    faults = [
        item for item in items if item.path.parent == HERE and item.path.name.startswith("test_faults_")
    ]
    waiting = set(faults) - set(in_turn(faults, 3))
    if waiting:
        config.hook.pytest_deselected(items=[item for item in items if item in waiting])
        items[:] = [item for item in items if item not in waiting]


def script(name: str, *arguments: str) -> str:
    """What a script of this folder says on standard output."""
    done = subprocess.run([HERE / name, *arguments], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        pytest.fail(f"{name} failed: run tests/engines/run.sh\n{done.stderr}", pytrace=False)
    return done.stdout.strip()


@dataclass(frozen=True)
class Workplace:
    """A folder in which commands run as a user would run them, with engines that answer."""

    folder: Path
    variables: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def at(self, folder: Path, **variables: str) -> "Workplace":
        """The same engines from another folder, with further variables."""
        folder.mkdir(parents=True, exist_ok=True)
        return replace(self, folder=folder, variables={**self.variables, **variables})

    def run(
        self, *command: str | Path, expect: int | None = 0, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; None expects nothing of its exit code."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        said = f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        assert expect is None or done.returncode == expect, said
        assert "Traceback" not in done.stdout + done.stderr, said
        return done

    def heldout(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run(BIN / "heldout", *arguments, **options)

    def json(self, *arguments: str | Path, **options: Any) -> Any:
        """What a command says with `--json`."""
        before, after = arguments, ()
        if "--" in arguments:
            place = arguments.index("--")
            before, after = arguments[:place], arguments[place:]
        return json.loads(self.heldout(*before, "--json", *after, **options).stdout)

    def pins(self) -> dict[str, Any]:
        """What was built, pushed or pulled, by name."""
        return dict(json.loads(Path(self.variables["HELDOUT_IMAGES"]).read_text()))

    def tables(self, workflow: str) -> dict[str, bytes]:
        """The bytes of every table of a finished study's report."""
        report = self.folder / "results" / workflow / "report"
        paths = [report / "results.parquet", report / "results.csv", report / "verdicts.json"]
        return {path.name: path.read_bytes() for path in (*paths, *sorted(report.glob("tables/*")))}

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """Start heldout and go on; what it says is merged into its standard output."""
        return subprocess.Popen(
            [str(word) for word in (BIN / "heldout", *arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C reaches it, whatever the tests were started with: a shell's background ignores it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


@dataclass(frozen=True)
class Recipe:
    """What an image `cpu` is built from, the same inputs every time.

    Attributes:
        place: whose heldout builds it.
        base: the id of the image that it is built on.
        wheels: the folder of those that go into it.
    """

    place: Workplace
    base: str
    wheels: Path

    def build(self, name: str, *options: str, **variables: str) -> Workplace:
        """Build it in a folder of its own, and pin it there."""
        folder = self.place.folder / name
        there = self.place.at(folder, HELDOUT_IMAGES=str(folder / "pins/images.json"), **variables)
        there.heldout("image", "build", "cpu", "--base", self.base, "--wheels", self.wheels, *options)
        return there


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """All engines, running, and a file of pins that nothing is in."""
    told = dict(line.split("=", 1) for line in script("start.sh").splitlines())
    folder = tmp_path_factory.mktemp("engines")
    return Workplace(
        folder,
        {
            **told,
            "HELDOUT_IMAGES": str(folder / "pins" / "images.json"),
            # Without CAP_SYS_RESOURCE root may not be given all capabilities, which Apptainer wants.
            "HELDOUT_APPTAINER_ARGS": "--no-privs",
            # A third of the time of gzip, at 1.4 times the size.
            "APPTAINER_MKSQUASHFS_ARGS": "-comp lz4",
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "OMP_NUM_THREADS": "1",
            "NO_COLOR": "1",
        },
    )


@pytest.fixture(scope="session")
def whole(engines: Workplace) -> Recipe:
    """What the `cpu` image is built from: a base made here, and wheels fetched before."""
    return Recipe(engines, script("base.sh"), Path(script("wheels.sh")))


@pytest.fixture(scope="session")
def built(engines: Workplace, whole: Recipe) -> Mapping[str, Any]:
    """The pin of the `cpu` image, which Docker builds once for all tests."""
    engines.heldout("image", "build", "cpu", "--base", whole.base, "--wheels", whole.wheels)
    return dict(engines.pins()["cpu"])


@pytest.fixture(scope="session")
def pushed(engines: Workplace, built: Mapping[str, Any]) -> Mapping[str, Any]:
    """Its pin after it was pushed to the registry."""
    engines.heldout("image", "push", "cpu", "--to", f"{engines.variables['REGISTRY']}/heldout/cpu")
    return dict(engines.pins()["cpu"])


@pytest.fixture(scope="session")
def sif(engines: Workplace, pushed: Mapping[str, Any]) -> Path:
    """The same image as one file for Apptainer, pinned."""
    engines.heldout("image", "sif", "cpu")
    return sif_of(engines)


def sif_of(workplace: Workplace) -> Path:
    """The file that the `cpu` image is pinned as."""
    pins = Path(workplace.variables["HELDOUT_IMAGES"])
    return (pins.parent / workplace.pins()["cpu"]["sif"]["path"]).resolve()


@pytest.fixture(scope="session")
def pulled(engines: Workplace, pushed: Mapping[str, Any]) -> Workplace:
    """Podman, which has pulled the same image by its digest, and its pins."""
    folder = engines.folder / "podman"
    podman = engines.at(
        folder,
        HELDOUT_IMAGES=str(folder / "pins/images.json"),
        DOCKER_HOST=engines.variables["PODMAN_HOST"],
    )
    podman.heldout("image", "pull", f"{pushed['repository']}@{pushed['digest']}")
    return podman


@pytest.fixture(scope="session")
def small(engines: Workplace, whole: Recipe) -> Recipe:
    """What a small image of the same recipe is built from, by a heldout that has it."""
    folder = engines.folder / "small"
    source, wheels = small_heldout(folder, whole.wheels)
    return Recipe(engines.at(folder, PYTHONPATH=str(source)), whole.base, wheels)


@pytest.fixture(scope="session")
def small_built(small: Recipe) -> Workplace:
    """Where Docker has built the small image, from nothing."""
    return small.build("once", "--no-cache")


@pytest.fixture(scope="session")
def small_pushed(small_built: Workplace) -> Workplace:
    """The same, with the image in the registry and as a SIF file too."""
    small_built.heldout("image", "push", "cpu", "--to", f"{small_built.variables['REGISTRY']}/heldout/small")
    small_built.heldout("image", "sif", "cpu")
    return small_built


@pytest.fixture(scope="session")
def finished(engines: Workplace) -> Workplace:
    """Where the first study of `heldout new`, at its smoke scale, was computed without containers and pin."""
    bare = engines.at(engines.folder / "reference", HELDOUT_IMAGES="no/images.json")
    bare.heldout("new", FIRST)
    bare.heldout("run", FIRST, "--scale", "smoke")
    return bare


@pytest.fixture(scope="session")
def reference(finished: Workplace) -> Mapping[str, bytes]:
    """Its tables."""
    return finished.tables("my-study/smoke")


@pytest.fixture
def study(engines: Workplace, tmp_path: Path) -> Iterator[Callable[..., Workplace]]:
    """Write a study with its operators into a folder of its own, whose name has a space."""

    def write(text: str, **variables: str) -> Workplace:
        place = engines.at(tmp_path / "a study", **variables)
        shutil.copy(HERE / "probes.py", place.folder)
        (place.folder / "study.yaml").write_text(text)
        return place

    yield write
