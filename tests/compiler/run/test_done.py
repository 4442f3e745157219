import json
from pathlib import Path

import pytest

from heldout.compiler.compile import Compiled
from heldout.compiler.lower.done_file import done_text
from heldout.compiler.run.done import done_files, forget_lost

STUDY = """
axes: {seed: {count: 3}}
stages:
  digits: {use: data/digits, angles: [0, 30]}
  model: {use: train/classifier, data: "${digits}", seed: "${seed}"}
"""


@pytest.fixture
def compiled(compiler) -> Compiled:
    return compiler(STUDY)


def finish(folder: Path, stage: str, **content: object) -> Path:
    path = folder / "done" / stage / "000.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"stage": stage, "failed": [], "blocked": []} | content))
    return path


def test_done_files_that_are_damaged_are_passed_over(compiled, tmp_path):
    finish(tmp_path, "digits")
    finish(tmp_path, "model").write_text("{")
    assert [done["stage"] for done in done_files(compiled.plan, tmp_path)] == ["digits"]


def test_a_job_whose_results_are_lost_is_not_done(compiled, tmp_path):
    digits, model = finish(tmp_path, "digits"), finish(tmp_path, "model")
    ids = {name: set(expansion.ids) for name, expansion in compiled.expansions.items()}
    forget_lost(compiled, tmp_path, ids["digits"] | ids["model"])
    assert digits.exists() and model.exists()
    forget_lost(compiled, tmp_path, ids["digits"] | set(list(ids["model"])[:2]))
    assert digits.exists() and not model.exists()


def test_a_task_that_failed_is_not_lost(compiled, tmp_path):
    (digits,) = compiled.expansions["digits"].ids
    one, two, three = compiled.expansions["model"].ids
    path = finish(tmp_path, "model", failed=[{"task": one}, {"task": two}])
    finish(tmp_path, "digits")
    forget_lost(compiled, tmp_path, {digits, three})
    assert path.exists()
    forget_lost(compiled, tmp_path, {digits})
    assert not path.exists()


def test_a_task_is_blocked_only_by_one_that_failed(compiled, tmp_path):
    (digits,) = compiled.expansions["digits"].ids
    one, two, three = compiled.expansions["model"].ids
    blocked = [{"task": task} for task in (one, two)]
    first = finish(tmp_path, "digits", failed=[{"task": digits}])
    path = finish(tmp_path, "model", blocked=blocked)
    forget_lost(compiled, tmp_path, {three})
    assert first.exists() and path.exists(), "what it reads has failed"
    finish(tmp_path, "digits")
    forget_lost(compiled, tmp_path, {digits, three})
    assert not path.exists(), "what it reads is there: something had kept it from being read"


def test_a_flipped_bit_anywhere_in_a_done_file_is_seen(compiled, tmp_path):
    path = finish(tmp_path, "digits")
    content = done_text({"stage": "digits", "computed": 1, "failed": [], "blocked": []}).encode()
    unseen = []
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        if any(done["path"] == path for done in done_files(compiled.plan, tmp_path)):
            unseen.append(chr(content[place]))
    # White space that has become other white space, and the seal's own name: then it has none.
    assert len(unseen) <= 10 and set(unseen) <= set(" \ncr32")
    path.write_bytes(b"[" * 100_000)
    (ids,) = {*compiled.expansions["digits"].ids}
    forget_lost(compiled, tmp_path, {ids})
    assert not path.exists(), "a job that nobody knows of runs again"
