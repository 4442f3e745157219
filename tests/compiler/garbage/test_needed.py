from pathlib import Path

import pytest

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.garbage.needed import needed_tasks
from heldout.compiler.refusal import Refusal

STUDY = """\
heldout: 1
study: {name}
axes: {{seed: {{count: 3}}}}
stages:
  domains: {{use: data/rotated-digits, angles: [0, 30], seed: "${{seed}}"}}
scales:
  {scale}: {{axes: {{seed: {{count: 1}}}}}}
"""


@pytest.fixture
def specs(tmp_path, monkeypatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    found = [Path("one.yaml"), Path("two.yaml")]
    found[0].write_text(STUDY.format(name="one", scale="small"))
    found[1].write_text(STUDY.format(name="two", scale="smoke").replace("[0, 30]", "[0, 60]"))
    return found


def test_the_cells_of_all_scales_are_needed(specs):
    assert len(needed_tasks(specs)) == 2 * 3, "the one of a smaller scale is among them"
    assert needed_tasks(specs) == needed_tasks(specs[:1]) | needed_tasks(specs[1:])


def test_those_of_a_scale_alone(specs):
    small = needed_tasks(specs, ["small"])
    assert len(small) == 1 and small < needed_tasks(specs[:1])
    assert len(needed_tasks(specs, ["small", "smoke"])) == 2


def test_a_scale_that_none_has_and_a_spec_with_mistakes(specs):
    with pytest.raises(Refusal, match="no study has a scale `full`") as refused:
        needed_tasks(specs, ["small", "full"])
    assert refused.value.hint == "there is small, smoke"
    specs[1].write_text("heldout: 1\n")
    with pytest.raises(Mistakes):
        needed_tasks(specs)
