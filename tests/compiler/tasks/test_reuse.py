import json

import pytest

from heldout.compiler.tasks.find import find_task
from heldout.compiler.tasks.reuse import Difference, reuse_of

STUDY = """
axes: {seed: {count: 2}}
stages:
  digits: {use: data/digits, angles: [0, 30]}
  model: {use: train/classifier, data: "${digits}", seed: "${seed}"}
"""


@pytest.fixture
def study(compiler):
    return compiler(STUDY)


def record_of(study, number: int, **other):
    expansion = study.expansions["model"]
    text = expansion.text(expansion.grid.cell(number))
    return {
        "task": expansion.ids[number],
        "operator": "train/classifier",
        "digest": expansion.operator.digest,
        **{
            key: json.loads(getattr(text, key)) for key in ("components", "libraries", "parameters", "inputs")
        },
        "outputs": {},
        "files": {},
        **other,
    }


def put(store, record):
    folder = store / "objects" / record["task"][:2] / record["task"]
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(record))


def test_a_task_that_the_store_has_is_reused(study, tmp_path):
    put(tmp_path, record_of(study, 0))
    found = reuse_of(study, find_task(study, "model"), tmp_path)
    assert found.stored == found.nearest == record_of(study, 0)
    assert found.differences == ()


def test_the_nearest_differs_in_the_fewest_fields(study, tmp_path):
    own = record_of(study, 0)
    elsewhere = {"data": {"task": "e" * 64, "port": "dataset"}}
    put(tmp_path, own | {"task": "a" * 64, "digest": "sha256:other", "inputs": elsewhere})
    put(tmp_path, own | {"task": "b" * 64, "inputs": elsewhere})
    put(tmp_path, own | {"task": "c" * 64, "operator": "data/digits"})
    found = reuse_of(study, find_task(study, "model"), tmp_path)
    assert (found.stored, found.nearest["task"]) == (None, "b" * 64)
    assert found.differences == (Difference("inputs.data", own["inputs"]["data"], elsewhere["data"]),)


def test_parameters_are_compared_one_by_one(study, tmp_path):
    other = record_of(study, 1)
    put(tmp_path, other)
    found = reuse_of(study, find_task(study, "model"), tmp_path)
    assert found.differences == (Difference("parameters.seed", 0, 1),)


def test_a_store_without_the_operator_has_nothing_near(study, tmp_path):
    found = reuse_of(study, find_task(study, "model"), tmp_path)
    assert (found.operator, found.stored, found.nearest) == ("train/classifier", None, None)
