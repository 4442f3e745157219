import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.operators.data.files.import_table import import_table


def tiny(tmp_path, hub):
    path = tmp_path / "tiny.parquet"
    pq.write_table(pa.table({"x": [1.0, 2.0], "y": ["b", "a"]}), path)
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"path": str(path), "sha256": checksum, "features": ["x"], "label": "y"}


@pytest.fixture
def write(tmp_path):
    def write(**columns):
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table(columns), path)
        return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    return write


def test_named_columns_make_the_data(write):
    given = write(
        age=[30, 40, 50],
        site=[2.0, 10.0, 2.0],
        sick=["yes", "no", "yes"],
        embedding=[[1.0, 2], [3, 4], [5, 6]],
        name=["a", "b", "c"],
    )
    data = import_table(**given, features=["embedding", "age"], label="sick", domain="site", id="name")
    assert data.x.tolist() == [[1, 2, 30], [3, 4, 40], [5, 6, 50]]
    assert data.classes == ("no", "yes")
    assert data.labels.tolist() == [1, 0, 1]
    assert data.domains.tolist() == ["2", "10", "2"]
    assert data.rows["id"].to_pylist() == ["a", "b", "c"]


def test_rows_without_id_are_named_by_position_and_numbers_sort_as_numbers(write):
    data = import_table(**write(x=[1.0, 2.0, 3.0], y=[10, 2, 10]), features=["x"], label="y")
    assert data.rows["id"].to_pylist() == ["row-0000000", "row-0000001", "row-0000002"]
    assert data.classes == ("2", "10")
    assert data.labels.tolist() == [1, 0, 1]
    assert "domain" not in data.rows.column_names


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        ({"x": [1.0], "y": [0]}, {"features": ["z"]}, "there is no column 'z'; there are x, y"),
        ({"x": [1.0, None], "y": [0, 1]}, {}, "column 'x' lacks 1 values"),
        ({"x": [1.0], "y": pa.array([None], pa.int64())}, {}, "column 'y' lacks 1 values"),
        ({"x": [float("nan")], "y": [0]}, {}, "column 'x' holds a value that is not finite"),
        ({"x": ["a"], "y": [0]}, {}, r"column 'x' is no column of numbers \(string\)"),
        ({"x": [[1.0], [1.0, 2.0]], "y": [0, 1]}, {}, "column 'x' is no column of numbers"),
        ({"x": [1.0, 2.0], "y": [0, 0]}, {"id": "y"}, "column 'y' names 1 rows a second time"),
        ({"x": ["1"], "y": [0]}, {}, r"column 'x' is no column of numbers \(string\)"),
        ({"x": pa.array([], pa.float64()), "y": pa.array([], pa.int64())}, {}, "there are no rows"),
        (
            {"x": [1.0, 2.0, 3.0], "y": [1.0, float("nan"), float("nan")]},
            {},
            r"column 'y' holds nan in 2 of 3 rows, first in row 1 \(from 0\); fill or drop these rows",
        ),
        ({"x": [1.0], "y": [[0]]}, {}, r"column 'y' holds list<.*>; write whole numbers or text, one a row"),
        (
            {"x": [1.0, 2.0], "y": [1.0, 0.25]},
            {},
            "column 'y' holds 0.25, and a label is a class: write whole numbers or text, such as the bin",
        ),
        (
            {"x": [0.0] * 101, "y": list(range(101))},
            {},
            "column 'y' has another value in each of 101 rows, and a label is a class",
        ),
        ({"x": [1.0], "y": [0], "d": [float("nan")]}, {"domain": "d"}, "column 'd' holds nan in 1 of 1 rows"),
        ({"x": [1.0], "y": [0], "d": [["a"]]}, {"domain": "d"}, "column 'd' holds list<"),
        ({"x": [1.0], "y": [0], "i": [[1]]}, {"id": "i"}, "column 'i' holds list<"),
    ],
)
def test_bad_columns_are_named(write, columns, arguments, message):
    with pytest.raises(ValueError, match=rf"^.*table\.parquet: {message}"):
        import_table(**(write(**columns) | {"features": ["x"], "label": "y"} | arguments))


def test_a_column_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "twice.parquet"
    pq.write_table(pa.table([pa.array([1.0]), pa.array([2.0]), pa.array([0])], names=["x", "x", "y"]), path)
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match="there are 2 columns 'x'; give each a name of its own"):
        import_table(path=str(path), sha256=checksum, features=["x"], label="y")


def test_words_that_look_alike_are_one_class_and_one_domain(write):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    given = write(x=[1.0, 2.0], y=[composed, decomposed], d=[decomposed, composed])
    data = import_table(**given, features=["x"], label="y", domain="d")
    assert data.classes == (composed,)
    assert data.domain_names == (composed,)


def test_categories_and_dates_are_names(write):
    days = pa.array([0, 1, 0], pa.date32())
    given = write(x=[1.0, 2.0, 3.0], y=pa.array(["b", "a", "b"]).dictionary_encode(), day=days)
    data = import_table(**given, features=["x"], label="y", domain="day")
    assert data.labels.tolist() == [1, 0, 1]
    assert data.domain_names == ("1970-01-01", "1970-01-02")


def test_another_content_is_refused_with_the_right_checksum(write):
    given = write(x=[1.0], y=[0])
    with pytest.raises(ValueError, match=f"has sha256 {given['sha256']}, the study says 000"):
        import_table(path=given["path"], sha256="0" * 64, features=["x"], label="y")


def test_a_missing_file_and_a_file_of_another_kind(tmp_path):
    with pytest.raises(ValueError, match="gone is not a file"):
        import_table(path=str(tmp_path / "gone"), sha256="0" * 64, features=["x"], label="y")
    text = tmp_path / "a.parquet"
    text.write_text("x,y")
    with pytest.raises(ValueError, match="is no Parquet file"):
        import_table(path=str(text), sha256=hashlib.sha256(b"x,y").hexdigest(), features=["x"], label="y")


@pytest.mark.parametrize("values", [[b"1", b"2"], [["1"], ["2"]], [[], []]])
def test_what_python_makes_a_number_of_is_none(write, values):
    with pytest.raises(ValueError, match=r"column 'x' (is no column of numbers|holds lists of no numbers)"):
        import_table(**write(x=values, y=[0, 1]), features=["x"], label="y")


def test_a_damaged_file_is_named(write):
    given = write(x=[1.0], y=[0])
    content = Path(given["path"]).read_bytes()
    damaged = b"PARE" + content[4:-4] + b"PARE"  # as encrypted files begin and end
    Path(given["path"]).write_bytes(damaged)
    given["sha256"] = hashlib.sha256(damaged).hexdigest()
    with pytest.raises(ValueError, match=f"{given['path']}: this is no Parquet file that can be read"):
        import_table(**given, features=["x"], label="y")


def test_columns_that_are_not_named_are_not_read(write):
    """A column inside of another is none whose name holds a dot, and many names are not all listed."""
    others = {f"c{number}": [0.0, 0.0] for number in range(3000)}
    given = write(**{"a": [{"b": 9.0}, {"b": 9.0}], "a.b": [1.0, 2.0], "y": [0, 1]}, **others)
    assert import_table(**given, features=["a.b"], label="y").x.tolist() == [[1.0], [2.0]]
    with pytest.raises(ValueError, match=r"there is no column 'z'; there are a, a\.b, y, .* and 2963 more$"):
        import_table(**given, features=["z"], label="y")


def test_labels_of_regression_are_numbers_as_they_stand(write):
    given = write(x=[1.0, 2.0, 3.0], dose=[10, 2, 10], effect=[0.5, -1.25, 0.5])
    data = import_table(**given, features=["x"], label="effect", task="regression")
    assert data.labels.tolist() == [0.5, -1.25, 0.5]
    assert data.classes == ()
    whole = import_table(**given, features=["x"], label="dose", task="regression")
    assert whole.rows["label"].to_pylist() == [10.0, 2.0, 10.0]
    both = import_table(**given, features=["x"], label=["effect", "dose"], task="regression")
    assert both.rows["label"].to_pylist() == [[0.5, 10.0], [-1.25, 2.0], [0.5, 10.0]]


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        (
            {"y": ["a", "b"]},
            {"task": "regression"},
            "column 'y' holds string; a label of regression is a number",
        ),
        ({"y": [1.0, float("inf")]}, {"task": "regression"}, "column 'y' holds a value that is not finite"),
        ({"y": [1.0, None]}, {"task": "regression"}, "column 'y' lacks 1 values"),
        ({"y": [0, 1], "z": [1, 0]}, {"label": ["y", "z"]}, "a class stands in one column, got y, z"),
        ({"y": [0, 1]}, {"label": ["y", "y"], "task": "regression"}, "named once each"),
        ({"y": [0, 1]}, {"label": []}, "named once each"),
    ],
)
def test_labels_that_do_not_fit_the_task_are_refused(write, columns, arguments, message):
    given = write(x=[1.0, 2.0], **columns)
    with pytest.raises(ValueError, match=message):
        import_table(**given, **{"features": ["x"], "label": "y"} | arguments)
