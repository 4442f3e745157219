import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.tasks.find import find_task

STUDY = """
axes: {method: [erm, coral], seed: {count: 3}}
stages:
  digits: {use: data/digits, angles: [0, 30]}
  model: {use: train/classifier, data: "${digits}", objective: "${method}", seed: "${seed}",
          when: {seed: [0, 1]}}
"""


@pytest.fixture
def study(compiler):
    return compiler(STUDY)


def test_a_stage_and_levels(study):
    ids = study.expansions["model"].ids
    assert find_task(study, "model") == ("model", (0, 0), ids[0])
    assert find_task(study, "model", ["seed=1", "method=coral"]) == ("model", (1, 1), ids[1 * 3 + 1])


def test_the_first_digits(study):
    task = study.expansions["model"].ids[3]
    assert find_task(study, task[:12]) == ("model", (1, 0), task)
    with pytest.raises(Refusal):  # three digits could be anyone's
        find_task(study, task[:3])


@pytest.mark.parametrize(
    ("text", "levels", "message", "hint"),
    [
        ("modl", [], "no stage or task `modl`", "write `model`"),
        ("model", ["methd=erm"], "`model` has no axis `methd`", "write `method`"),
        ("model", ["method=erm", "method=coral"], "`method` is given two levels, `erm` and `coral`", "one"),
        ("model", ["method=corall"], "`method` has no level `corall`", "write `coral`"),
        ("model", ["method"], "`method` names no level of an axis", "such as `method=erm`"),
        ("model", ["erm"], "`erm` names no level of an axis", "write `AXIS=LEVEL`; its axes: "),
        ("model", ["seed=2"], "`model` does not run there", "`when`"),
    ],
)
def test_what_there_is_is_named(study, text, levels, message, hint):
    with pytest.raises(Refusal, match=message) as refused:
        find_task(study, text, levels)
    assert hint in refused.value.hint
