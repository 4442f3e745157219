import json

from heldout.compiler.lower.cells import cells_text
from heldout.compiler.lower.report_plan import report_text


def test_every_stage_has_its_cells_in_one_of_two_files(study):
    compiled = study()
    cells = json.loads(cells_text(compiled))
    reported = {stage["name"]: stage["cells"] for stage in json.loads(report_text(compiled, None))["stages"]}
    assert not cells.keys() & {name for name, own in reported.items() if own}
    for name, expansion in compiled.expansions.items():
        assert expansion.ids == (reported[name] or cells[name])
    assert len(cells["split"]) == 3 * 4  # 3 domains x 4 seeds


def test_cells_that_are_left_out_are_null(compiler):
    compiled = compiler(
        """\
axes: {seed: {count: 3}, angle: [0, 30]}
stages:
  domains: {use: data/digits, angles: ["${angle}"], seed: "${seed}", when: {seed: [0, 2]}}
"""
    )
    (cells,) = json.loads(cells_text(compiled)).values()
    assert [task is None for task in cells] == [False, False, True, True, False, False]
    assert len(set(cells)) == 5  # four tasks, and none
