from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.results.gather import gather


def test_texts(results, declared):
    view = table_view(summary_table(declared["tables"][0], results))
    assert (view.headings, view.columns, view.over_columns) == (
        ("method",),
        ("0", "15", "30", "Avg"),
        "held-out rotation",
    )
    assert [block.name for block in view.blocks] == ["protocol: validation", "protocol: oracle"]
    first = view.blocks[0].rows[0].cells[0]
    assert (first.mean, first.spread, first.runs, first.best) == ("51.0", "2.5", "", False)
    assert view.title == "Accuracy"
    assert view.note.startswith(
        "Accuracy, in percent; mean ± half the width of its 95 % t interval over 3 levels of seed; "
        "Avg is the mean over these very levels of held-out rotation, its interval over the same units; "
    )


def test_what_the_study_says_of_a_table_comes_first(results, declared):
    table = {**declared["tables"][0], "caption": "On the rotation held out."}
    view = table_view(summary_table(table, results))
    assert view.note.startswith("On the rotation held out. Accuracy, in percent; mean")


def test_missing_runs_are_said(declared, store, plan_of, tmp_path, cell):
    del store.records[cell(0, "erm", "validation", 0)]
    for seed in range(3):
        del store.records[cell(15, "erm", "validation", seed)]
    cells = table_view(summary_table(declared["tables"][0], gather(plan_of(declared), store, tmp_path)))
    first, second, third = cells.blocks[0].rows[0].cells[:3]
    assert (first.runs, second.runs, third.runs) == ("2 of 3", "0 of 3", "")
    assert second.mean == "—"
    assert "4 are missing in all" in cells.note
