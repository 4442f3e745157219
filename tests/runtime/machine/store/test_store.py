import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from heldout.runtime.artifacts import Model, Table
from heldout.runtime.machine.store import Store, StoreError


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def test_small_results_go_to_one_pack_and_large_ones_to_folders(root, numbers):
    with Store(root, "model-003") as store:
        for number in (1, 2, 10):
            numbers.put(store, number)
    assert sorted(p.suffix for p in (root / "packs").iterdir()) == [".jsonl", ".tar"]
    assert all(p.name.startswith("model-003-") for p in (root / "packs").iterdir())
    large = numbers.task(10)
    files = sorted(p.name for p in (root / "objects" / large[:2] / large).rglob("*") if p.is_file())
    assert files == ["heldout.json", "manifest.json", "model.safetensors", "table.parquet"]
    assert not list((root / "incoming").iterdir())
    reader = Store(root)
    assert [numbers.value(reader, n) for n in (1, 2, 10)] == [1, 2, 10]
    assert torch.equal(reader.load(large, "model").weights["w"], torch.full((300_000,), 10.0))


def test_a_result_is_there_for_its_own_process_at_once(root, numbers):
    with Store(root) as store:
        assert not store.has(numbers.task(1))
        numbers.put(store, 1)
        assert store.has(numbers.task(1)) and store.verify(numbers.task(1))
        assert numbers.value(store, 1) == 1


def test_another_process_sees_what_is_flushed_after_a_refresh(root, numbers):
    reader = Store(root)
    with Store(root) as store:
        numbers.put(store, 1)
        store.flush()
        assert not reader.has(numbers.task(1))
        reader.refresh()
        assert numbers.value(reader, 1) == 1
        numbers.put(store, 2)
        store.flush()
        reader.refresh()
        assert [r["parameters"]["number"] for r in reader.records()] == sorted([1, 2], key=numbers.task)


def test_the_record_says_what_was_given_and_what_lies_where(root, numbers):
    with Store(root) as store:
        given = numbers.record(3)
        whole = store.put(numbers.task(3), given, numbers.outputs(3))
    read = Store(root).record(numbers.task(3))
    assert read == whole
    assert {key: read[key] for key in given} == given
    assert read["outputs"] == {"table": "Table"}
    assert read["files"].keys() == {"table/table.parquet"}


def test_the_same_value_gives_the_same_bytes(tmp_path, numbers):
    for name in ("one", "two"):
        with Store(tmp_path / name) as store:
            numbers.put(store, 1)
            numbers.put(store, 2)
    one, two = (next((tmp_path / name / "packs").glob("*.tar")).read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_torn_last_line_is_not_there(root, numbers, caplog):
    with Store(root) as store:
        numbers.put(store, 1)
        numbers.put(store, 2)
    index = next(root.glob("packs/*.index.jsonl"))
    index.write_bytes(index.read_bytes()[:-20])
    reader = Store(root)
    assert reader.has(numbers.task(1)) and not reader.has(numbers.task(2))
    assert f"{index}: its last line is torn" in caplog.text
    caplog.clear()
    reader.refresh()
    assert not caplog.text  # once is enough


def test_a_damaged_line_hides_only_itself(root, numbers, caplog):
    with Store(root) as store:
        for number in (1, 2, 3):
            numbers.put(store, number)
    index = next(root.glob("packs/*.index.jsonl"))
    first, second, third, _ = index.read_bytes().split(b"\n")
    index.write_bytes(b"\n".join([first, b"\0" * len(second), third, b""]))
    reader = Store(root)
    assert [reader.has(numbers.task(n)) for n in (1, 2, 3)] == [True, False, True]
    assert f"the line at byte {len(first) + 1} is damaged" in caplog.text


def test_a_truncated_tar_hides_what_it_lost(root, numbers, caplog):
    with Store(root) as store:
        numbers.put(store, 1)
        last = numbers.put(store, 2)
    tar = next(root.glob("packs/*.tar"))
    os.truncate(tar, last["files"]["table/table.parquet"]["offset"] + 1)
    reader = Store(root)
    assert reader.verify(numbers.task(1)) and not reader.has(numbers.task(2))
    assert f"{tar}: it is cut short; task {numbers.task(2)}" in caplog.text


def flip_a_bit(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def test_a_flipped_bit_in_a_pack_is_not_there_and_is_put_again(root, numbers, caplog):
    with Store(root) as store:
        offset = numbers.put(store, 1)["files"]["table/table.parquet"]["offset"]
    tar = next(root.glob("packs/*.tar"))
    flip_a_bit(tar, offset + 40)
    with Store(root) as store:
        assert store.has(numbers.task(1))  # the sizes are right
        assert not store.verify(numbers.task(1))
        assert f"{tar}: the checksums of task {numbers.task(1)} do not hold" in caplog.text
        assert not store.has(numbers.task(1))
        with pytest.raises(KeyError):
            numbers.value(store, 1)
        numbers.put(store, 1)
        assert store.verify(numbers.task(1))
    reader = Store(root)  # the damaged copy is still there, beside the sound one
    assert numbers.value(reader, 1) == 1 and reader.verify(numbers.task(1))


@pytest.mark.parametrize("name", ["model/model.safetensors", "table/table.parquet"])
def test_a_flipped_bit_in_a_folder_is_not_there_and_is_put_again(root, numbers, name):
    task = numbers.task(10)
    with Store(root) as store:
        numbers.put(store, 10)
    flip_a_bit(root / "objects" / task[:2] / task / name, 100)
    with Store(root) as store:
        assert store.has(task) and not store.verify(task) and not store.has(task)
        numbers.put(store, 10)
        assert store.verify(task)
    assert Store(root).verify(task)


def test_a_lost_file_or_manifest_of_a_folder(root, numbers, caplog):
    task = numbers.task(10)
    folder = root / "objects" / task[:2] / task
    with Store(root) as store:
        numbers.put(store, 10)
    (folder / "table" / "table.parquet").unlink()
    assert not Store(root).has(task)
    assert "table.parquet: it is missing or cut short" in caplog.text
    (folder / "manifest.json").write_text("{")
    assert not Store(root).has(task)
    assert "manifest.json: it is damaged" in caplog.text
    with Store(root) as store:
        numbers.put(store, 10)
    assert Store(root).verify(task)


def test_a_copy_made_with_more_of_its_inputs_is_the_better_one(root, numbers):
    for missing, value in ((["f" * 64], 1.0), ([], 2.0), (["f" * 64, "e" * 64], 3.0)):
        with Store(root) as store:
            record = numbers.record(1) | ({"missing": missing} if missing else {})
            store.put(numbers.task(1), record, {"table": Table.of({"number": value})})
    assert numbers.value(Store(root), 1) == 2.0


@pytest.mark.parametrize("name", ["../escape", "table/../../escape", "/tmp/escape", "table\\\\escape"])
def test_names_that_lead_outside_are_not_there(root, numbers, name, caplog):
    with Store(root) as store:
        numbers.put(store, 1)
    index = next(root.glob("packs/*.index.jsonl"))
    index.write_bytes(index.read_bytes().replace(b"table/table.parquet", name.encode()))
    assert not Store(root).has(numbers.task(1))
    assert "the line at byte 0 is damaged" in caplog.text


def test_an_artifact_whose_file_leads_outside_is_refused(root, numbers):
    class Escaping(Model):
        def save(self, folder):
            super().save(folder)
            (folder / "back\\slash").write_text("")

    with Store(root) as store, pytest.raises(ValueError, match="unsafe name"):
        store.put(numbers.task(1), numbers.record(1), {"model": Escaping({}, {})})


def test_kinds_are_looked_up_by_name_and_nothing_else_is_made(root, numbers):
    with Store(root) as store:
        numbers.put(store, 1)
        with pytest.raises(ValueError, match="there is no kind of artifact called 'logits_column'"):
            store.load(numbers.task(1), "table", "logits_column")
        with pytest.raises(KeyError, match="no output 'nothing'"):
            store.load(numbers.task(1), "nothing")


def test_what_is_no_task(root, numbers):
    with Store(root) as store, pytest.raises(ValueError, match="is no task"):
        store.put("../../etc", numbers.record(1), numbers.outputs(1))


def in_a_child(fork, function):
    """Run in a process that may give up its rights; its exit code is the test's."""

    def guarded():
        os._exit(0 if function() else 1)

    process = fork(guarded)
    process.join(60)
    process.kill()
    return process.exitcode == 0


@pytest.mark.parametrize("number", [1, 10])
def test_a_read_only_store_can_be_read_and_refuses_clearly(tmp_path, numbers, fork, number):
    root = tmp_path / "store"
    with Store(root) as store:
        numbers.put(store, 2)
        numbers.put(store, 20)
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def read_and_write():
        if os.geteuid() == 0:  # the superuser may write anywhere
            for parent in (tmp_path, *tmp_path.parents):
                if parent.name.startswith(("pytest-", "popen-", tmp_path.name)):
                    parent.chmod(0o755)
            os.seteuid(65534)
        store = Store(root)
        readable = numbers.value(store, 2) == 2 and store.verify(numbers.task(20))
        try:
            numbers.put(store, number)
        except StoreError as error:
            return readable and "writing there is not permitted" in str(error)
        return False

    assert in_a_child(fork, read_and_write)


def test_a_full_disk_keeps_what_was_finished(root, numbers, fork):
    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))  # no file may grow further
        store = Store(root)
        for number in (1, 2, 3, 4, 5, 6):
            try:
                numbers.put(store, number)
                store.flush()
            except StoreError as error:
                return "a file may not grow further" in str(error) and "is kept" in str(error)
        return False

    assert in_a_child(fork, fill)
    kept = [number for number in range(1, 7) if Store(root).has(numbers.task(number))]
    assert kept and kept == list(range(1, len(kept) + 1)) and len(kept) < 6
    assert all(numbers.value(Store(root), number) == number for number in kept)
    with Store(root) as store:
        for number in range(1, 7):
            numbers.put(store, number)
    assert all(Store(root).verify(numbers.task(number)) for number in range(1, 7))


def test_opening_a_store_imports_only_what_reading_needs():
    script = """
        import sys
        import heldout.runtime.machine.store
        heavy = {"transformers", "datasets", "sklearn", "scipy", "pandas", "pydantic", "altair"}
        sys.exit(", ".join(sorted(heavy & sys.modules.keys())) or None)
    """
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
