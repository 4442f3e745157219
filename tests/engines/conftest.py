"""Real engines on loopback, where HELDOUT_ENGINE_TESTS=1 asks for them; else these tests are not chosen."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BIN = Path(sys.executable).parent
STUDY = ROOT / "specs/domain-generalization/rotated-digits.yaml"


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
        )


@dataclass(frozen=True)
class Built:
    """The `cpu` image as its first building left it."""

    base: str
    wheels: Path
    pin: Mapping[str, Any]


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
def built(engines: Workplace) -> Built:
    """The `cpu` image, built by Docker on a base made here, from wheels fetched before."""
    base, wheels = script("base.sh"), Path(script("wheels.sh"))
    engines.heldout("image", "build", "cpu", "--base", base, "--wheels", wheels)
    return Built(base, wheels, engines.pins()["cpu"])


@pytest.fixture(scope="session")
def pushed(engines: Workplace, built: Built) -> Mapping[str, Any]:
    """Its pin after it was pushed to the registry."""
    engines.heldout("image", "push", "cpu", "--to", f"{engines.variables['REGISTRY']}/heldout/cpu")
    return dict(engines.pins()["cpu"])


@pytest.fixture(scope="session")
def sif(engines: Workplace, pushed: Mapping[str, Any]) -> Path:
    """The same image as one file for Apptainer, pinned."""
    engines.heldout("image", "sif", "cpu")
    pins = Path(engines.variables["HELDOUT_IMAGES"])
    return (pins.parent / engines.pins()["cpu"]["sif"]["path"]).resolve()


@pytest.fixture(scope="session")
def finished(engines: Workplace) -> Workplace:
    """Where the main study's smoke scale was computed, without containers and without a pin."""
    bare = engines.at(engines.folder / "reference", HELDOUT_IMAGES="no/images.json")
    shutil.copy(STUDY, bare.folder)
    bare.heldout("run", STUDY.name, "--scale", "smoke")
    return bare


@pytest.fixture(scope="session")
def reference(finished: Workplace) -> Mapping[str, bytes]:
    """The tables of the main study's smoke scale."""
    return finished.tables("rotated-digits/smoke")


@pytest.fixture
def study(engines: Workplace, tmp_path: Path) -> Iterator[Callable[..., Workplace]]:
    """Write a study with its operators into a folder of its own, whose name has a space."""

    def write(text: str, **variables: str) -> Workplace:
        place = engines.at(tmp_path / "a study", **variables)
        shutil.copy(HERE / "probes.py", place.folder)
        (place.folder / "study.yaml").write_text(text)
        return place

    yield write
