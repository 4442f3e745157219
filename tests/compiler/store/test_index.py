import json
from pathlib import Path

from heldout.compiler.store.index import object_folder, packs, preference, stored_records, stored_tasks

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


def line(task: str) -> str:
    return (
        json.dumps({"task": task, "operator": "a/b", "outputs": {}, "files": {}}, separators=(",", ":"))
        + "\n"
    )


def make_store(folder: Path) -> Path:
    (folder / "packs").mkdir(parents=True)
    (folder / "packs" / "a.index.jsonl").write_text(line(ONE) + line(TWO)[:-9])  # killed while it wrote
    manifest = folder / "objects" / "33" / THREE / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(line(THREE))
    return folder


def test_tasks_of_packs_and_objects_are_found_and_half_a_line_is_not(tmp_path):
    assert stored_tasks(make_store(tmp_path)) == {ONE, THREE}
    assert [record["task"] for record in stored_records(tmp_path)] == [ONE, THREE]


def test_a_damaged_manifest_is_no_record(tmp_path):
    store = make_store(tmp_path)
    (store / "objects" / "33" / THREE / "manifest.json").write_text("{")
    assert [record["task"] for record in stored_records(store)] == [ONE]


def test_a_store_that_is_not_there_holds_nothing(tmp_path):
    assert stored_tasks(tmp_path / "none") == set()
    assert list(stored_records(tmp_path / "none")) == []


def test_packs_have_whole_lines_of_the_tasks_that_are_asked_for(tmp_path):
    store = make_store(tmp_path)
    (store / "packs" / "b.index.jsonl").write_text("torn\n" + line(ONE) + line(TWO))
    tars = [store / "packs" / "a.tar", store / "packs" / "b.tar"]
    a, b = ([text.strip().encode() for text in texts] for texts in ([line(ONE)], [line(ONE), line(TWO)]))
    assert list(packs(store)) == list(zip(tars, [a, b], strict=True))
    assert list(packs(store, {TWO})) == list(zip(tars, [[], b[1:]], strict=True))


def test_where_a_large_task_lies(tmp_path):
    store = make_store(tmp_path)
    assert (object_folder(store, THREE) / "manifest.json").is_file()


def test_the_copy_with_fewer_inputs_missing_then_the_later_one_is_preferred():
    late, early, whole = (
        {"finished": 2.0, "missing": ["x"]},
        {"finished": 1.0, "missing": ["x"]},
        {"finished": 0.0},
    )
    assert sorted([early, late, whole], key=preference) == [whole, late, early]
