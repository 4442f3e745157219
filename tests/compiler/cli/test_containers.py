"""`heldout run --containers`: what is refused, with its exit code and what to do about it."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from heldout.compiler.catalog import load_catalog
from heldout.compiler.images.holdings import Holdings
from heldout.compiler.images.inputs import own_holdings
from heldout.compiler.images.pins import Pin, pins_path, write_pin

ID = f"sha256:{'a' * 64}"

# Answers as a Docker that has the image; `run` notes its words, and computes nothing.
DOCKER = f"""\
#!/bin/sh
case "$1 $2" in
  "version --format") echo 20.10;;
  "image inspect") echo {ID};;
  "info --format") echo "[]";;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{Path(sys.executable).parent}:/usr/bin:/bin")


@pytest.fixture(autouse=True)
def own_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "images.json"))
    monkeypatch.delenv("HELDOUT_CONTAINERS", raising=False)
    monkeypatch.delenv("HELDOUT_GPU_DEVICES", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    # What is written is looked at here; Snakemake reads it in other tests.
    monkeypatch.setattr("heldout.compiler.run.study.show_what_would_run", lambda folder, how: 0)


def pin(catalog: str | None = None, holds: Holdings | None = None) -> None:
    digest = catalog or load_catalog().digest
    write_pin(pins_path(), "cpu", Pin("heldout/cpu", ID, None, "sha256:r", digest, "base", holds=holds))


def older_image(*without: str) -> None:
    """An image of a catalog that lacked some of the operators that there are now."""
    held = own_holdings()
    operators = {name: digest for name, digest in held.operators.items() if name not in without}
    pin("sha256:older", Holdings(held.language, "sha256:older", operators, held.components))


def test_an_image_that_was_never_built(heldout, spec):
    done = heldout("run", "my-study.yaml", "--containers", "docker")
    assert done.code == 3
    assert "the image cpu has not been built or pulled here" in done.err
    assert "`heldout image build cpu` builds it here, `heldout image pull cpu` brings one" in done.err


def test_an_image_with_another_catalog(heldout, spec, docker):
    pin(catalog=f"sha256:{'0' * 64}")
    done = heldout("run", "my-study.yaml", "--containers", "docker")
    assert done.code == 2
    assert "holds the catalog sha256:000000000000…" in done.err
    assert "`heldout image build cpu` builds it again" in done.err


def test_an_image_that_lacks_an_operator_of_another_study(heldout, spec, docker, tmp_path):
    older_image("adapt/online")
    run = ("run", "my-study.yaml", "--scale", "smoke", "--containers", "docker", "--", "--dry-run")
    assert heldout(*run).code == 0
    assert all(words.startswith("docker run ") for words in prefixes(tmp_path).values())
    assert "serves my-study.yaml" in heldout("image", "list", "--study", "my-study.yaml").out


def test_an_image_that_lacks_an_operator_of_the_study(heldout, spec, docker):
    older_image("train/classifier")
    done = heldout("run", "my-study.yaml", "--scale", "smoke", "--containers", "docker")
    assert done.code == 2
    assert "does not hold all that the study uses: train/classifier is not in it" in done.err
    assert "`heldout image build cpu` builds it again" in done.err
    listed = heldout("image", "list", "--study", "my-study.yaml")
    assert "does not serve my-study.yaml: train/classifier is not in it" in listed.out
    answer = json.loads(heldout("image", "list", "--study", "my-study.yaml", "--json").out)
    assert {one["name"]: one["study_lacks"] for one in answer} == {"cpu": ["train/classifier"], "cuda": None}


def test_an_engine_that_is_not_there(heldout, spec, monkeypatch, tmp_path):
    pin()
    monkeypatch.setenv("PATH", str(tmp_path))
    done = heldout("run", "my-study.yaml", "--containers", "podman")
    assert (done.code, "podman is not installed" in done.err) == (3, True)


def test_damaged_pins(heldout, spec, tmp_path):
    (tmp_path / "images.json").write_text("[")
    done = heldout("run", "my-study.yaml", "--containers", "docker")
    assert (done.code, "images.json is no file of pins" in done.err) == (2, True)


def test_no_engine_is_called_so(heldout, spec):
    done = heldout("run", "my-study.yaml", "--containers", "dokcer")
    assert (done.code, "'dokcer' is not one of none, apptainer, docker, podman" in done.err) == (2, True)


def test_pods_are_containers_already(heldout, spec, docker):
    pin()
    done = heldout("run", "my-study.yaml", "--profile", "kubernetes", "--containers", "docker")
    assert (done.code, "are containers already" in done.err) == (2, True)


def prefixes(tmp_path: Path) -> dict[str, str]:
    (path,) = tmp_path.glob("results/*/smoke/config.yaml")
    return yaml.safe_load(path.read_bytes())["launch"]


def test_every_rule_starts_in_the_image_and_other_commands_leave_it_so(heldout, spec, docker, tmp_path):
    pin()
    run = ("run", "my-study.yaml", "--scale", "smoke")
    assert heldout(*run, "--containers", "docker", "--", "--dry-run").code == 0
    in_docker = prefixes(tmp_path)
    assert in_docker and all(words.startswith("docker run ") for words in in_docker.values())
    assert heldout("plan", "my-study.yaml", "--scale", "smoke").code == 0
    assert prefixes(tmp_path) == in_docker
    assert heldout(*run, "--", "--dry-run").code == 0
    assert set(prefixes(tmp_path).values()) == {""}


def test_a_locked_image_that_is_gone_is_drift_in_containers_alone(heldout, spec, docker, tmp_path):
    pin()
    assert heldout("lock", "my-study.yaml", "--scale", "smoke").code == 0
    (tmp_path / "images.json").unlink()
    run = ("run", "my-study.yaml", "--scale", "smoke")
    assert heldout(*run, "--", "--dry-run").code == 0
    done = heldout(*run, "--containers", "docker", "--", "--dry-run")
    assert done.code == 2
    assert "  image: sha256:aaaaaaaaaaaaaaaaaaaa… -> absent" in done.err


def test_a_lock_says_what_moved_from_what_to_what(heldout, spec, tmp_path):
    assert heldout("lock", "my-study.yaml").code == 0
    lock = tmp_path / "my-study.lock.json"
    content = json.loads(lock.read_text())
    content["scales"]["full"]["entries"]["requirements"] = "sha256:old"
    lock.write_text(json.dumps(content))
    done = heldout("run", "my-study.yaml")
    assert done.code == 2
    assert "  requirements: sha256:old -> sha256:" in done.err
    assert "--update requirements" in done.err
    assert heldout("lock", "my-study.yaml", "--update", "requirements").code == 0
    assert heldout("lock", "my-study.yaml", "--check").code == 0


def locked_entries(tmp_path: Path) -> dict[str, str]:
    return json.loads((tmp_path / "my-study.lock.json").read_text())["scales"]["full"]["entries"]


def test_an_operator_that_moved_is_named_with_what_accepts_it(heldout, spec, tmp_path):
    assert heldout("lock", "my-study.yaml").code == 0
    name = next(name for name in locked_entries(tmp_path) if name.startswith("operator train/"))
    lock = tmp_path / "my-study.lock.json"
    lock.write_text(lock.read_text().replace(locked_entries(tmp_path)[name], "sha256:before"))
    done = heldout("run", "my-study.yaml")
    assert (done.code, f"  {name}: sha256:before -> sha256:" in done.err) == (2, True)
    assert f"--update '{name}'" in done.err
    assert heldout("lock", "my-study.yaml", "--update", name).code == 0
    assert locked_entries(tmp_path)[name] == load_catalog().operators[name.removeprefix("operator ")].digest


def test_a_lock_from_before_locks_held_operators(heldout, spec, tmp_path):
    assert heldout("lock", "my-study.yaml").code == 0
    lock = tmp_path / "my-study.lock.json"
    content = json.loads(lock.read_text())
    of_old = {n: v for n, v in locked_entries(tmp_path).items() if n in ("language", "spec", "requirements")}

    def write_old(catalog: str) -> None:
        entries = of_old | {"catalog": catalog, "recipe": "sha256:every-file"}
        content["scales"]["full"]["entries"] = entries
        lock.write_text(json.dumps(content))

    write_old("sha256:before")
    done = heldout("run", "my-study.yaml")
    assert (done.code, "a lock that holds the whole catalog cannot say whether" in done.err) == (2, True)
    assert "--update catalog" in done.err
    assert heldout("lock", "my-study.yaml", "--update", "catalog").code == 0
    assert {"catalog", "recipe"} & locked_entries(tmp_path).keys() == set()
    # While the catalog is the one that was locked, nothing that the study uses can have changed.
    write_old(load_catalog().digest)
    assert heldout("lock", "my-study.yaml", "--check").code == 0
    assert heldout("lock", "my-study.yaml").code == 0
    assert any(name.startswith("operator ") for name in locked_entries(tmp_path))


def asking(spec: Path, resources: str) -> None:
    text = spec.read_text()
    assert text.count("resources: {") == 1
    spec.write_text(text.replace("resources: {", f"resources: {{{resources}, "))


def test_gpus_that_are_not_there(heldout, spec, monkeypatch):
    asking(spec, "gpu: 2")
    run = ("run", "my-study.yaml", "--scale", "smoke", "--", "--dry-run")
    monkeypatch.setenv("HELDOUT_GPU_DEVICES", "")
    done = heldout(*run)
    assert (done.code, done.err.count("there is no GPU here: model runs on the CPU")) == (0, 1)
    monkeypatch.setenv("HELDOUT_GPU_DEVICES", "0:24000")
    done = heldout(*run)
    assert (done.code, "model asks for 2 GPUs, and there are 1" in done.err) == (3, True)
    monkeypatch.setenv("HELDOUT_GPU_DEVICES", "0:24000,1:24000")
    assert heldout(*run).code == 0


def test_jobs_of_this_machine_wait_for_their_share_of_a_gpu(heldout, spec, monkeypatch, tmp_path):
    asking(spec, "gpu: 1, gpu_mem_mb: 8000")
    monkeypatch.setenv("HELDOUT_GPU_DEVICES", "0:24000")
    assert heldout("run", "my-study.yaml", "--scale", "smoke", "--", "--dry-run").code == 0
    told = "python -P -m heldout.compiler.launch.slots --gpus 1 --gpu-mem-mb 8000 --for model --"
    assert [words for words in prefixes(tmp_path).values() if words] == [told]


def test_jobs_of_several_studies_see_the_folders_of_these_alone(heldout, spec, docker, tmp_path, monkeypatch):
    monkeypatch.setattr("heldout.compiler.suite.run.show_what_would_run", lambda folder, how: 0)
    pin()
    names = ("one", "two", "three")
    for name in names:
        Path(f"{name}.yaml").write_text(spec.read_text().replace("study: my-study", f"study: {name}"))
    # The third has an operator file of its own, and shares no container with others.
    Path("mine.py").write_text("from heldout import operator\n")
    third = Path("three.yaml")
    third.write_text(third.read_text().replace("study: three", "study: three\noperators: [mine.py]"))
    specs = [f"{name}.yaml" for name in names]
    run = ("run", *specs, "--scale", "smoke", "--containers", "docker", "--", "--dry-run")
    answer = heldout(*run)
    assert answer.code == 0, answer.err
    table = json.loads((tmp_path / "results" / ".suite" / "jobs.json").read_text())
    seen = [
        _writable(job["launch"], tmp_path) for job in (*table["jobs"].values(), *table["reports"].values())
    ]
    assert {".suite", "one/smoke", "two/smoke"} in seen
    assert all("three/smoke" not in folders or folders <= {".suite", "three/smoke"} for folders in seen)
    for job in table["jobs"].values():
        assert f"--workdir={(tmp_path / 'results' / '.suite' / job['folder']).resolve()}" in job["launch"]
        assert "--network=none" in job["launch"]


def _writable(launch: str, folder: Path) -> set[str]:
    """The folders of results that a container may write to."""
    found = re.findall(r"--mount=type=bind,source=(\S+?),destination=[^\s,]+(?=\s)", launch)
    results = (folder / "results").resolve()
    return {
        Path(path).relative_to(results).as_posix() for path in found if Path(path).is_relative_to(results)
    }
