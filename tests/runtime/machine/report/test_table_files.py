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
