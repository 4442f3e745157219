from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.protocols import compare_protocols
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.results.gather import gather


def compared(declared, store, plan_of, tmp_path):
    return compare_protocols(summary_table(declared["tables"][0], gather(plan_of(declared), store, tmp_path)))


def test_the_same_ranking(declared, store, plan_of, tmp_path):
    found = compared(declared, store, plan_of, tmp_path)
    assert not found.changes
    assert found.sentence == "The ranking of all 2 rows is the same under validation and oracle."
    assert [standing.ranks for standing in found.standings] == [(2, 2), (1, 1)]


def test_a_ranking_that_flips(declared, store, plan_of, tmp_path, cell):
    for held_out in (0, 15, 30):
        for seed in range(3):
            store.tables[cell(held_out, "erm", "oracle", seed), "table"] = Table.of({"accuracy": 0.99})
    found = compared(declared, store, plan_of, tmp_path)
    assert found.changes
    assert [standing.ranks for standing in found.standings] == [(2, 1), (1, 2)]
    assert found.sentence == (
        "The ranking changes, and so does the first place: coral under validation and erm under oracle. "
        "The two rankings that agree least are those under validation and oracle "
        "(Kendall's tau −1.00, where 1 is the same order)."
    )


def test_a_row_without_a_score_is_not_ranked(declared, store, plan_of, tmp_path, cell):
    for held_out in (0, 15, 30):
        for seed in range(3):
            del store.records[cell(held_out, "erm", "oracle", seed)]
    assert compared(declared, store, plan_of, tmp_path) is None


def test_without_protocols_there_is_nothing_to_compare(declared, results):
    assert compare_protocols(summary_table(declared["tables"][0] | {"by": None}, results)) is None
