import math
from dataclasses import replace

import pyarrow as pa
import pytest
from scipy import stats

from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.results.gather import COLUMNS, gather


def test_cells_averages_and_half_widths_by_hand(results, declared):
    table = summary_table(declared["tables"][0], results)
    erm, coral = table.blocks[0].rows
    # Seeds add 0, 0.01, 0.02: mean + 0.01, standard deviation 0.01, t with 2 degrees of freedom.
    half = stats.t.ppf(0.975, 2) * 0.01 / math.sqrt(3)
    assert [cell.mean for cell in erm.cells] == pytest.approx([0.51, 0.66, 0.81])
    assert erm.cells[0].half_width == pytest.approx(half)
    # Every seed's mean over domains is 0.65 + 0.01 seed: the average has the seeds' spread alone,
    # not the spread between domains.
    assert erm.average.mean == pytest.approx(0.66)
    assert erm.average.half_width == pytest.approx(half)
    assert (erm.average.num_runs, erm.average.num_missing) == (3, 0)
    assert [cell.best for cell in coral.all_cells] == [True] * 4
    assert not any(cell.best for cell in erm.all_cells)


def test_blocks_and_oracles(results, declared):
    table = summary_table(declared["tables"][0], results)
    assert [block.position for block in table.blocks] == [0, 1]
    assert [row.oracle for block in table.blocks for row in block.rows] == [False, False, True, True]


def test_an_oracle_is_never_the_best_where_others_are(results, declared):
    plain = declared["tables"][0] | {"rows": ["method", "protocol"], "by": None}
    (block,) = summary_table(plain, results).blocks
    best = [row.positions for row in block.rows if row.average.best]
    assert best == [(1, 0)]  # coral by validation, though coral's oracle scores higher


def test_the_smaller_loss_is_the_better(results, declared):
    table = summary_table(declared["tables"][0] | {"better": "lower"}, results)
    assert [row.average.best for row in table.blocks[0].rows] == [True, False]


def test_a_missing_run_is_counted_and_takes_its_average_along(declared, store, plan_of, tmp_path, cell):
    del store.records[cell(15, "erm", "validation", 2)]
    erm = summary_table(declared["tables"][0], gather(plan_of(declared), store, tmp_path)).blocks[0].rows[0]
    assert [(c.num_runs, c.num_missing) for c in erm.all_cells] == [(3, 0), (2, 1), (3, 0), (2, 1)]
    assert erm.cells[1].mean == pytest.approx(0.655)  # seeds 0 and 1
    assert erm.average.mean == pytest.approx(0.655)


def test_rows_outside_the_study_are_not_printed(declared, store, plan_of, tmp_path):
    cells = declared["stages"][1]["cells"]
    for held_out in range(3):
        for number in range(6):
            cells[held_out * 12 + number] = None  # all of erm
    table = summary_table(declared["tables"][0], gather(plan_of(declared), store, tmp_path))
    assert [row.positions for row in table.blocks[0].rows] == [(1,)]
    assert not table.blocks[0].rows[0].average.best  # of one row


def test_one_run_has_no_interval(results, declared):
    table = summary_table(declared["tables"][0] | {"where": {"seed": 0}}, results)
    assert math.isnan(table.blocks[0].rows[0].cells[0].half_width)


def test_without_columns_there_is_one_value(results, declared):
    table = summary_table(declared["tables"][0] | {"columns": None}, results)
    row = table.blocks[0].rows[0]
    assert (len(row.cells), row.average, row.cells[0].num_runs) == (1, None, 9)


def test_groups_in_columns(results_of, metric):
    results = results_of({"method": ["erm", "coral"]}, [0.0, 0.0])
    rows = pa.table(
        {
            "cell": [0, 0, 1, 1],
            "metric": ["accuracy"] * 4,
            "value": [0.5, 0.6, 0.7, 0.8],
            "step": [None] * 4,
            "group": ["10", "9", "10", "9"],
        },
        schema=COLUMNS,
    )
    results = replace(results, tables={("score", "table"): rows})
    declared = {"id": "t", "value": metric | {"along": ["group"]}, "rows": ["method"], "columns": "group"}
    table = summary_table(declared, results)
    assert table.columns.levels == (9, 10)
    (block,) = table.blocks
    assert [[cell.mean for cell in row.cells] for row in block.rows] == [[0.6, 0.5], [0.8, 0.7]]
    kept = summary_table(declared | {"columns": None, "where": {"group": "9"}}, results)
    assert [row.cells[0].mean for row in kept.blocks[0].rows] == [0.6, 0.8]
