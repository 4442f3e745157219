import numpy as np
import pytest

from heldout.runtime.machine.report.table_files import latex, latex_text, tidy
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.results.gather import gather


def test_latex_as_a_paper_prints_it(results, declared):
    # Half-width 4.30265 * 0.01 / sqrt(3) = 0.0248: 2.5 percent.
    assert latex(summary_table(declared["tables"][0], results)).splitlines() == [
        r"\begin{tabular}{lcccc}",
        r"\toprule",
        r"method & 0 & 15 & 30 & Avg \\",
        r"\midrule",
        r"\multicolumn{5}{l}{\emph{protocol: validation}} \\",
        r"erm & $51.0 \pm 2.5$ & $66.0 \pm 2.5$ & $81.0 \pm 2.5$ & $66.0 \pm 2.5$ \\",
        r"coral & $\mathbf{61.0} \pm 2.5$ & $\mathbf{76.0} \pm 2.5$ & $\mathbf{91.0} \pm 2.5$ "
        r"& $\mathbf{76.0} \pm 2.5$ \\",
        r"\midrule",
        r"\multicolumn{5}{l}{\emph{protocol: oracle}} \\",
        r"erm$^\dagger$ & $56.0 \pm 2.5$ & $71.0 \pm 2.5$ & $86.0 \pm 2.5$ & $71.0 \pm 2.5$ \\",
        r"coral$^\dagger$ & $\mathbf{66.0} \pm 2.5$ & $\mathbf{81.0} \pm 2.5$ & $\mathbf{96.0} \pm 2.5$ "
        r"& $\mathbf{81.0} \pm 2.5$ \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("50% & more_of #1", r"50\% \& more\_of \#1"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("$a^b$~", r"\$a\textasciicircum{}b\$\textasciitilde{}"),
        ("a\nb", "a b"),
    ],
)
def test_text_cannot_be_a_command(text, escaped):
    assert latex_text(text) == escaped


def test_tidy_columns(results, declared):
    rows = tidy(summary_table(declared["tables"][0], results)).to_pylist()
    assert len(rows) == 2 * 2 * 4
    assert rows[1] == {
        "protocol": "validation",
        "method": "erm",
        "held_out": 15,
        "average": False,
        "mean": pytest.approx(0.66),  # the metric's own unit, not percent
        "half_width": pytest.approx(0.0248, abs=1e-4),
        "runs": 3,
        "missing": 0,
        "oracle": False,
        "best": False,
    }
    assert (rows[3]["held_out"], rows[3]["average"]) == (None, True)


def test_an_empty_cell_is_null_and_a_dash(declared, store, plan_of, tmp_path, cell):
    for seed in range(3):
        del store.records[cell(15, "erm", "validation", seed)]
    table = summary_table(declared["tables"][0], gather(plan_of(declared), store, tmp_path))
    assert r"erm & $51.0 \pm 2.5$ & -- & $81.0 \pm 2.5$ & -- \\" in latex(table)
    empty = tidy(table).to_pylist()[1]
    assert (empty["mean"], empty["half_width"], empty["runs"], empty["missing"]) == (None, None, 0, 3)


def test_axes_that_are_called_like_columns_keep_their_levels(results_of, metric):
    levels = {"mean": [0, 2], "best": ["a", "b"], "runs": [1, 5]}
    results = results_of(levels, np.arange(8.0))
    declared = {"id": "t", "rows": ["mean"], "columns": "runs", "by": "best", "value": metric}
    rows = tidy(summary_table(declared, results)).to_pylist()
    assert [row["axis_mean"] for row in rows] == [0, 0, 0, 2, 2, 2] * 2
    assert [row["axis_runs"] for row in rows] == [1, 5, None] * 4
    assert [row["axis_best"] for row in rows] == ["a"] * 6 + ["b"] * 6
    assert [row["mean"] for row in rows[:3]] == [0.0, 1.0, 0.5]


def test_a_row_of_latex_is_no_option_of_the_line_before_it(results_of, metric):
    results = results_of({"age": ["[0, 30)", "*60 and over", "30 [to 60)"], "seed": [0, 1]}, np.ones((3, 2)))
    lines = latex(summary_table({"id": "t", "rows": ["age"], "columns": "seed", "value": metric}, results))
    assert [line.split(" & ")[0] for line in lines.splitlines()[4:7]] == [
        "{}[0, 30)",
        "{}*60 and over",
        "30 [to 60)",
    ]
