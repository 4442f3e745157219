import json
from pathlib import Path

from compiler.store.index import stored_records, stored_tasks

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


def line(task: str) -> str:
    return json.dumps({"task": task, "operator": "a/b"}, separators=(",", ":")) + "\n"


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
