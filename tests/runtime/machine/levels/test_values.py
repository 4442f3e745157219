"""The values of a column, counted: of tables as their files have them, and of rows of a dataset."""

import datetime
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.machine.levels import values
from heldout.runtime.machine.levels.values import values_of_rows, values_of_table


def written(path, content):
    if path.suffix == ".parquet":
        pq.write_table(pa.table(content), path)
    else:
        path.write_text(content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", {"other": [0, 0, 0, 0], "who": ["s 2", "e\u0301", "s 2", "0021"]}),
        ("a.csv", '\ufeffother,who\n0,s 2\n0,e\u0301\n\n0,"s 2"\n0,0021\n'),
        ("a.jsonl", '{"who": "s 2"}\n{"who": "e\u0301"}\n\n{"who": "s 2"}\n{"who": "0021"}\n'),
    ],
)
def test_in_the_order_in_which_they_come_first(tmp_path, name, content):
    found = values_of_table(written(tmp_path / name, content), "who")
    assert list(found.items()) == [("s 2", 2), ("\u00e9", 1), ("0021", 1)]


def test_numbers_are_called_as_domains_are(tmp_path):
    day = datetime.date(2024, 5, 1)
    table = {"a": [15.0, 0.5, 15.0], "b": [3, 3, 1], "c": [day, day, day]}
    path = written(tmp_path / "a.parquet", table)
    assert [values_of_table(path, name) for name in "abc"] == [
        {"15": 2, "0.5": 1},
        {"3": 2, "1": 1},
        {"2024-05-01": 3},
    ]
    assert values_of_table(written(tmp_path / "a.jsonl", '{"a": 15.0}\n{"a": 15}\n'), "a") == {"15": 2}
    assert values_of_rows(pa.table(table), "a") == {"15": 2, "0.5": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.parquet", {"b": ["x"]}, "there is no column 'a'; there are b"),
        ("a.parquet", {"a": ["x", None]}, "lacks 1 values"),
        ("a.parquet", {"a": [["x"]]}, "one a row"),
        ("a.parquet", {"a": [float("nan")]}, "holds nan"),
        ("a.parquet", {"a": pa.array([], pa.string())}, "there are no rows"),
        ("a.csv", "b\nx\n", "there is no column 'a'"),
        ("a.csv", "a,b,a\nx,1,y\n", "there are 2 columns 'a'"),
        ("a.csv", "a,b\nx,1\ny\n", "line 3 has 1 values, and there are 2 columns"),
        ("a.csv", 'a\n"x\n', "is no CSV"),
        ("a.csv", "a\n", "there are no rows"),
        ("a.csv", "", "there is no column"),
        ("a.jsonl", '{"a": "x"}\n{"b": "x"}\n', "line 2 has no text and no number 'a'"),
        ("a.jsonl", "[1]\n", "line 1 has no text"),
        ("a.jsonl", '{"a": NaN}\n', "line 1 has no text"),
        ("a.jsonl", "{\n", "line 1 is no JSON"),
        ("a.tsv", "a\n", "is none of .parquet, .csv, .jsonl"),
    ],
)
def test_what_names_nothing_is_refused(tmp_path, name, content, message):
    with pytest.raises(ValueError, match=message):
        values_of_table(written(tmp_path / name, content), "a")


def test_files_that_are_not_what_they_are_called(tmp_path):
    with pytest.raises(ValueError, match="is not a file"):
        values_of_table(tmp_path / "a.csv", "a")
    (tmp_path / "a.parquet").write_text("a\n")
    with pytest.raises(ValueError, match="no Parquet file"):
        values_of_table(tmp_path / "a.parquet", "a")


def test_there_are_not_more_than_a_study_may_have(tmp_path, monkeypatch):
    monkeypatch.setattr(values, "MOST_VALUES", 2)
    path = written(tmp_path / "a.jsonl", "".join(json.dumps({"a": n}) + "\n" for n in (1, 2, 1, 3)))
    with pytest.raises(ValueError, match="more than 2 different values"):
        values_of_table(path, "a")
