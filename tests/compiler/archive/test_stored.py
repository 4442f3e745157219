"""Results in a store: which copy is taken, and what of it an archive holds."""

import hashlib
import json
from pathlib import Path
from typing import Any

from heldout.compiler.archive.sources import Part, chunks_of
from heldout.compiler.archive.stored import archived_files, stored

TASK = "cd" + "1" * 62
OTHER = "ef" + "2" * 62


def record(files: dict[str, bytes], start: int = 0, **more: Any) -> dict[str, Any]:
    """A record of files that lie one after the other in a pack."""
    listed, offset = {}, start
    for name, content in files.items():
        listed[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "offset": offset}
        offset += len(content)
    outputs = {"table": "Table", "model": "Model"}
    return {"task": TASK, "operator": "train/x", "outputs": outputs, "files": listed, "finished": 1.0, **more}


def write_pack(store: Path, name: str, *copies: tuple[dict[str, Any], dict[str, bytes]]) -> None:
    (store / "packs").mkdir(parents=True, exist_ok=True)
    (store / "packs" / f"{name}.tar").write_bytes(b"".join(c for _, files in copies for c in files.values()))
    lines = [json.dumps(each, separators=(",", ":")) + "\n" for each, _ in copies]
    (store / "packs" / f"{name}.index.jsonl").write_text("".join(lines))


def content(store: Path, task: str = TASK) -> dict[str, bytes]:
    return {name: b"".join(chunks_of(part)) for name, part in stored(store, {task})[task].files.items()}


FILES = {"table/table.parquet": b"PAR1 one PAR1", "model/model.safetensors": b"weights"}
LATER = {"table/table.parquet": b"PAR1 two PAR1", "model/model.safetensors": b"others"}


def test_a_task_is_found_in_a_pack_and_in_a_folder(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES), FILES))
    assert content(tmp_path) == FILES
    folder = tmp_path / "objects" / OTHER[:2] / OTHER
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(text)
    (folder / "manifest.json").write_text(json.dumps(record(FILES) | {"task": OTHER}))
    assert content(tmp_path, OTHER) == FILES
    assert stored(tmp_path, {"0" * 64}) == {}


def test_the_later_copy_is_taken_and_one_with_fewer_gaps_before_that(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES, finished=1.0), FILES))
    write_pack(tmp_path, "b", (record(LATER, finished=2.0), LATER))
    assert content(tmp_path) == LATER
    write_pack(tmp_path, "b", (record(LATER, finished=2.0, missing=["0" * 64]), LATER))
    assert content(tmp_path) == FILES


def test_a_damaged_copy_is_passed_over(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES, finished=1.0), FILES))
    write_pack(tmp_path, "b", (record(LATER, finished=2.0), {n: c[::-1] for n, c in LATER.items()}))
    assert content(tmp_path) == FILES
    (tmp_path / "packs" / "a.tar").write_bytes(b"PAR1")  # cut short
    assert stored(tmp_path, {TASK}) == {}


def test_a_line_that_a_killed_process_left_is_passed_over(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES), FILES))
    with (tmp_path / "packs" / "a.index.jsonl").open("a") as index:
        index.write('{"task":"' + OTHER)
    assert set(stored(tmp_path, {TASK, OTHER})) == {TASK}


def test_what_is_left_out_stays_in_the_record(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES), FILES))
    files = archived_files(stored(tmp_path, {TASK})[TASK], frozenset({"Model"}))
    folder = f"store/objects/cd/{TASK}"
    assert sorted(files) == [f"{folder}/manifest.json", f"{folder}/table/table.parquet"]
    kept = json.loads(b"".join(chunks_of(files[f"{folder}/manifest.json"])))
    assert kept["outputs"] == {"table": "Table"}
    assert list(kept["files"]) == ["table/table.parquet"]
    weights = {"size": 7, "sha256": hashlib.sha256(b"weights").hexdigest()}
    assert kept["left_out"] == {"outputs": {"model": "Model"}, "files": {"model/model.safetensors": weights}}
    assert "offset" not in json.dumps(kept)  # where it lay in a pack is no matter of the archive


def test_what_claims_read_stays_in_of_whatever_kind(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES), FILES))
    task = stored(tmp_path, {TASK})[TASK]
    assert archived_files(task, frozenset({"Model"}), {"model"}) == archived_files(task, frozenset())


def test_nothing_is_left_out_where_all_is_asked_for(tmp_path: Path):
    write_pack(tmp_path, "a", (record(FILES), FILES))
    files = archived_files(stored(tmp_path, {TASK})[TASK], frozenset())
    folder = f"store/objects/cd/{TASK}"
    assert len(files) == 3 and files[f"{folder}/model/model.safetensors"] == Part(
        tmp_path / "packs" / "a.tar", len(FILES["table/table.parquet"]), 7
    )
    assert "left_out" not in json.loads(b"".join(chunks_of(files[f"{folder}/manifest.json"])))
