"""Whatever the files of an archive say, verifying it ends in findings or in a refusal, and soon.

HELDOUT_FUZZ_EXAMPLES=5000 pytest tests/compiler/archive/test_verification_fuzz.py tries more of each file.
"""

import copy
import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heldout.compiler.archive import contents, verification
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.archive.record_checks import planned
from heldout.compiler.archive.refused import HINTS, ArchiveRefused
from heldout.compiler.archive.verification import findings
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.images import Pins
from heldout.compiler.lock import Lock, claim_states, entries, make_lock
from heldout.compiler.lower.emit import emit
from tests.fixtures.pace import Soon

pytestmark = pytest.mark.slow

Make = Callable[..., Path]

EXAMPLES = int(os.environ.get("HELDOUT_FUZZ_EXAMPLES", "40"))
SPEC = b"""\
heldout: 1
study: small
axes: {held_out: [0, 15, 30, 45, 60, 75], objective: [erm, vrex]}
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30, 45, 60, 75]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: 0}
  model:
    {use: train/classifier, data: "${split.train}", objective: "${objective}", network: mlp, seed: 0}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  better:
    says: One is better.
    compare: {metric: score.accuracy, axis: objective, greater: vrex, less: erm, pair: [held_out]}
"""
USED = (
    "data/rotated-digits",
    "data/leave-one-domain-out",
    "train/classifier",
    "evaluate/classification",
)
KINDS = {
    **{"objectives": ("erm", "vrex"), "networks": ("mlp",), "claims": ("compare",)},
    **{"optimizers": ("adam",), "schedules": ("constant",)},
}
DONE = {"stage": "model", "shard": "000", "tasks": 12, "failed": [], "blocked": []}
TROUBLE = {"task": "0" * 64, "error": "ValueError", "message": "no", "coordinates": {"objective": "erm"}}
NASTY: list[Any] = [
    *(None, True, 0, -1, 10**40, 1e308, -1e308, float("nan"), float("inf"), "", "\ud800", "\x1b]0;x\a"),
    *([], {}, [None], {"": None}, {"$ref": "#"}, {"$ref": "file:///dev/zero"}, {"multipleOf": 0}),
    *({"type": "pony"}, {"pattern": "(a+)+$"}, "../../etc/passwd", "/dev/zero", "a" * 5000, "0" * 64),
    *("train", "test", "Model", "Table", "score", "model", json.loads("[" * 150 + "]" * 150)),
]
FUZZED = (
    contents.CATALOG,
    contents.INDEX,
    contents.LOCK,
    contents.IMAGE_INDEX,
    contents.ENVIRONMENT,
    contents.PACKING,
    "spec/small.lock.json",
    "workflow/done/model/000.json",
    "workflow/plan/report.json",
    "report/verdicts.json",
    "report/study.json",
    "manifest.json",
)


def small_catalog() -> dict[str, Any]:
    """The shipped catalog, of what the study uses."""
    said = load_catalog().content
    said["operators"] = {name: said["operators"][name] for name in USED}
    said["components"] = {
        kind: {n: said["components"][kind][n] for n in names} for kind, names in KINDS.items()
    }
    return said | {"aliases": {}}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of an archive that holds, but that it has no tables that could be computed again."""
    folder = tmp_path_factory.mktemp("sound")
    catalog = Catalog.model_validate(small_catalog())
    catalog = catalog.model_copy(update={"digest": catalog.computed_digest})
    compiled, found = compile_spec(SPEC, (folder / "small.yaml").as_posix(), None, catalog)
    assert compiled is not None, found
    lock: Lock = make_lock(compiled, Pins(), None, set())
    emit(compiled, folder / "workflow", folder / "store", lock)
    written = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / "workflow").rglob("*")
        if path.is_file()
    }
    index = {"heldout_archive": 1, "study": "small", "scale": None, "spec": "spec/small.yaml"}
    index["left_out"] = ["Dataset", "Model"]
    locked = {"entries": dict(lock.entries), "claims": dict(lock.claims)}
    states = claim_states(compiled, lock)
    rests_on = {"entries": entries(compiled, Pins()), "claims": states, "locked": locked}
    said = [{"id": "better", "says": "", "verdict": "supported"}]
    made: dict[str, Any] = {
        contents.INDEX: index,
        contents.CATALOG: small_catalog(),
        contents.LOCK: rests_on,
        contents.ENVIRONMENT: [],
        contents.IMAGE_INDEX: {"name": "cpu", "file": None, "pin": {"digest": "sha256:0"}},
        contents.METADATA: {"@graph": []},
        "spec/small.lock.json": {"scales": {"full": locked}},
        "workflow/done/model/000.json": DONE | {"failed": [TROUBLE]},
        "report/verdicts.json": said,
        "report/study.json": {"claims": said},
    }
    for task, plan in planned(Recompiled(compiled, lock, folder / "workflow", load_catalog())).items():
        kept = {port: kind for port, kind in plan.outputs.items() if kind not in index["left_out"]}
        out = {port: kind for port, kind in plan.outputs.items() if port not in kept}
        record = {**plan.about, "outputs": kept, "files": {}, "seconds": 1.0, "finished": 1.0}
        record |= {"environment": {}, "left_out": {"outputs": out, "files": {}}}
        made[f"{contents.task_folder(task)}/manifest.json"] = record
    files = {name: json.dumps(value).encode() for name, value in made.items()}
    return {**files, **written, contents.README: b"# Read me\n", "spec/small.yaml": SPEC}


@pytest.fixture(autouse=True)
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed again: what the runtime makes of such files is tested beside it."""
    answer = subprocess.CompletedProcess([], 1, "", "error: not here")
    monkeypatch.setattr(verification, "ask_runtime", lambda *_, **__: answer)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is something in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inside for place in places(child, (*path, key)))]


def mutated(value: Any, chance: random.Random) -> Any:
    """A JSON value with one place changed: replaced, left out, called otherwise, or put elsewhere."""
    value = copy.deepcopy(value)
    if not (inside := places(value)[1:]):
        return chance.choice(NASTY)
    *above, last = chance.choice(inside)
    holder = value
    for key in above:
        holder = holder[key]
    what = chance.choice(["replace", "replace", "replace", "remove", "rename"])
    if isinstance(holder, list) or what == "replace":
        holder[last] = chance.choice(NASTY)
    elif what == "remove":
        holder.pop(last, None)
    else:
        holder[chance.choice(["", "\x00", "../x", "a" * 300, "score", "$ref"])] = holder.pop(last, None)
    return value


def verify(path: Path) -> set[str]:
    """The states of all findings, or the code of a refusal."""
    try:
        with open_archive(path) as archive:
            return {finding.state for finding in findings(archive, trust=False, signers=None)}
    except ArchiveRefused as refused:
        assert refused.code in HINTS
        return {refused.code}


def test_the_sound_archive_holds_but_for_what_was_not_computed_again(sound: dict[str, bytes], make: Make):
    with open_archive(make(sound)) as archive:
        found = list(findings(archive, trust=False, signers=None))
    assert {one.about for one in found if one.state == "differs"} == {"records", "tables", "report"}
    assert {"catalog", "workflow", "lock"} <= {one.about for one in found if one.state == "holds"}


@pytest.mark.parametrize("name", FUZZED)
def test_a_file_that_says_anything_ends_in_findings_or_a_refusal(
    sound: dict[str, bytes], make: Make, soon: Soon, name: str
):
    full = next(one for one in sorted(sound) if one.endswith(name))
    value = json.loads(sound[full])
    for seed in range(EXAMPLES):
        chance = random.Random(f"{name} {seed}")
        text = json.dumps(mutated(value, chance)).encode("utf-8", "surrogatepass")
        if seed % 8 == 0:  # no JSON at all
            text = sound[full][: chance.randrange(len(sound[full]))] + chance.randbytes(3)
        with soon(35):
            assert verify(make({**sound, full: text})), f"{name} {seed}"
