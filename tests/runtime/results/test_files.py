import pyarrow as pa
import pyarrow.parquet as pq

from heldout.runtime.results.files import write_both


def test_formulas_are_defused_in_csv_and_kept_in_parquet(tmp_path):
    levels = ["=1+1", "+a", "-b", "@c", "\td", "plain", None, " =1+1", "＝1+1", "\u3000＠c", "a = b"]
    table = pa.table({"method": pa.array(levels), "=value": [-1.5] * 11})
    write_both(table, tmp_path / "t")
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert lines[0] == '"method","\'=value"'
    assert lines[1:] == [
        '"\'=1+1",-1.5',
        '"\'+a",-1.5',
        '"\'-b",-1.5',
        '"\'@c",-1.5',
        '"\'\td",-1.5',
        '"plain",-1.5',
        ",-1.5",
        '"\' =1+1",-1.5',
        '"\'＝1+1",-1.5',
        '"\'\u3000＠c",-1.5',
        '"a = b",-1.5',
    ]
    assert pq.read_table(tmp_path / "t.parquet")["method"].to_pylist() == levels


def test_a_name_with_a_dot_keeps_it_to_itself(tmp_path):
    write_both(pa.table({"a": [1]}), tmp_path / "results")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.csv", "results.parquet"]
