import hashlib
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names
from heldout.runtime.operators.data.files.import_text import import_text
from heldout.runtime.rows import text_tables

CSV = """text,label,site,name,note
"Good, in
two lines",yes,a,x,1
NA,no,b,y,2
007,yes,1.0,z,NULL
"""
COLUMNS = {"domain": "site", "id": "name"}


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def tiny(tmp_path, hub):
    return write(tmp_path, "texts.csv", CSV)


def as_written(data):
    return {name: data.rows[name].to_pylist() for name in data.rows.column_names}


def test_strings_of_csv_stay_strings(tmp_path):
    data = import_text(**write(tmp_path, "texts.csv", CSV), **COLUMNS)
    assert as_written(data) == {
        "id": ["x", "y", "z"],
        "text": ["Good, in\ntwo lines", "NA", "007"],
        "label": [1, 0, 1],
        "domain": ["a", "b", "1.0"],
    }
    assert data.classes == ("no", "yes")
    assert not data.tensors


def test_all_kinds_of_files_hold_the_same(tmp_path):
    rows = [{"text": "a\tb", "label": "x", "site": "s"}, {"text": "2020-01-01", "label": "y", "site": "t"}]
    lines = "".join(json.dumps(row) + "\n\n" for row in rows)
    tsv = 'text\tlabel\tsite\n"a\tb"\tx\ts\n2020-01-01\ty\tt\n'
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "one.parquet")
    parquet = (tmp_path / "one.parquet").read_bytes()
    found = [
        import_text(**write(tmp_path, name, content), domain="site")
        for name, content in (
            ("t.jsonl", lines),
            ("bom.jsonl", b"\xef\xbb\xbf" + lines.encode()),
            ("t.tsv", tsv),
            ("t.parquet", parquet),
        )
    ]
    assert as_written(found[0])["text"] == ["a\tb", "2020-01-01"]
    assert all(as_written(one) == as_written(found[0]) for one in found)


def test_labels_that_are_numbers_are_in_their_order(tmp_path):
    lines = "".join(json.dumps({"text": "t", "label": label}) + "\n" for label in (10, 2, 10))
    data = import_text(**write(tmp_path, "t.jsonl", lines))
    assert data.classes == ("2", "10")
    assert data.labels.tolist() == [1, 0, 1]
    assert data.rows["id"].to_pylist() == [f"row-000000{n}" for n in range(3)]


@pytest.fixture
def folder(tmp_path):
    for name, text in {"web/yes/b.txt": "B\n", "web/no/a.txt": "", "mail/yes/c.txt": "\ufeffé"}.items():
        path = tmp_path / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "texts" / "README.md").write_text("not read")
    return tmp_path / "texts"


def pinned(folder):
    return {"path": str(folder), "sha256": content_sha256(folder, image_names(folder))}


def test_a_folders_names_say_domain_and_class(folder):
    assert as_written(import_text(**pinned(folder))) == {
        "id": ["mail/yes/c.txt", "web/no/a.txt", "web/yes/b.txt"],
        "text": ["é", "", "B\n"],
        "label": [1, 0, 1],
        "domain": ["mail", "web", "web"],
    }


def test_what_is_no_folder_of_texts_is_refused(folder):
    with pytest.raises(ValueError, match="write neither `domain` nor `id`"):
        import_text(**pinned(folder), domain="site")
    (folder / "web" / "no" / "a.txt").write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"web/no/a\.txt is no UTF-8: invalid start byte at byte 0"):
        import_text(**pinned(folder))
    (folder / "web" / "no" / "a.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"web/no/a\.png is no text; expected DOMAIN/CLASS/NAME\.txt"):
        import_text(**pinned(folder))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.txt", "text,label\n", r"ends in \.csv, \.tsv, \.jsonl, \.parquet, not in '\.txt'"),
        ("t.csv", "", "this is no table that can be read"),
        ("t.csv", "text,label\n", "there are no rows"),
        ("t.csv", "text,text,label\na,b,c\n", "there are 2 columns 'text'"),
        ("t.csv", "words,label\na,b\n", "there is no column 'text'; there are words"),
        ("t.csv", "text,label\na,b,c\n", "this is no table that can be read: .*Expected 2 columns, got 3"),
        ("t.csv", b"text,label\n\xff,b\n", "this is no table that can be read: .*UTF8"),
        ("t.jsonl", '{"text": "a"}\n', "line 1 has no 'label'; it has 'text'"),
        ("t.jsonl", '{"text": "a", "label": 1}\n[]\n', "line 2 holds no JSON object"),
        ("t.jsonl", "[" * 100_000, "line 1 is no JSON"),
        ("t.jsonl", b"\xff", "line 1 is no UTF-8"),
        ("t.jsonl", '{"text": null, "label": 1}', "column 'text' lacks 1 values"),
        ("t.jsonl", '{"text": 7, "label": 1}', "column 'text' holds 7, which is no text"),
        ("t.jsonl", '{"text": "a", "label": 1}\n{"text": "b", "label": "x"}', "a column is of several kinds"),
        ("t.jsonl", '{"text": "\\ud800", "label": 1}', "a column is of several kinds, or of none|UTF"),
        ("t.jsonl", '{"text": "a", "label": 0.5}', "a label is a class"),
        ("t.parquet", b"x", "this is no Parquet file"),
    ],
)
def test_what_is_no_table_of_texts_is_refused(name, content, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        import_text(**write(tmp_path, name, content))


def test_names_that_stand_twice_are_refused(tmp_path):
    with pytest.raises(ValueError, match="column 'name' names 1 rows a second time"):
        given = write(tmp_path, "t.csv", "text,label,name\na,x,n\nb,y,n\n")
        import_text(**given, id="name")


def test_another_content_is_refused_with_the_right_checksum(tmp_path, folder):
    for right in (write(tmp_path, "t.csv", CSV), pinned(folder)):
        with pytest.raises(ValueError, match=f"it has sha256 {right['sha256']}, the study says 000"):
            import_text(path=right["path"], sha256="0" * 64)
    with pytest.raises(ValueError, match=r"gone\.csv: there is no such file"):
        import_text(path=str(tmp_path / "gone.csv"), sha256="0" * 64)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_no_more_than_a_few_texts_are_held(suffix, tmp_path, monkeypatch):
    """Of sixteen megabytes of texts; counted are Python's objects at their most, and Arrow's at each part."""
    read, allocated, before = text_tables.text_tables, [], pa.total_allocated_bytes()

    def watched(*given):
        for part in read(*given):
            allocated.append(pa.total_allocated_bytes() - before)
            yield part

    monkeypatch.setattr(text_tables, "BLOCK_BYTES", 1 << 18)
    monkeypatch.setattr(text_tables, "BATCH_ROWS", 32)
    monkeypatch.setattr("heldout.runtime.operators.data.files.import_text.text_tables", watched)
    count, text = 1600, "word " * 2000
    rows = [{"text": f"{number} {text}", "label": "ab"[number % 2]} for number in range(count)]
    path = tmp_path / f"long.{suffix}"
    if suffix == "csv":
        path.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows))
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=100)
    given = {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    last = rows[-1]["text"]
    del rows
    tracemalloc.start()
    try:
        data = import_text(**given)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(allocated) > 4 and held + max(allocated) < 6_000_000 < count * len(text)
    assert pa.total_allocated_bytes() - before < 1_000_000, "of what came nothing is held"
    assert len(data) == count and data.rows["text"][count - 1].as_py() == last
