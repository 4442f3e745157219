import json
import tarfile
import time

from heldout.runtime.machine.store import Store
from heldout.runtime.machine.store.packs import PackIndex


def test_a_pack_is_a_tar_that_any_tool_reads(tmp_path, numbers):
    with Store(tmp_path) as store:
        numbers.put(store, 1)
        record = numbers.put(store, 2)
    with tarfile.open(next(tmp_path.glob("packs/*.tar"))) as tar:
        names = tar.getnames()
        assert names == [f"{numbers.task(n)}/table/table.parquet" for n in (1, 2)]
        member = tar.getmember(names[1])
        assert member.offset_data == record["files"]["table/table.parquet"]["offset"]
        assert tar.extractfile(member).read()[:4] == b"PAR1"


def test_a_line_becomes_durable_by_itself_within_half_a_second(tmp_path, numbers):
    store = Store(tmp_path)
    numbers.put(store, 1)
    deadline = time.monotonic() + 5
    while not Store(tmp_path).has(numbers.task(1)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Store(tmp_path).verify(numbers.task(1))
    store.close()


def test_a_hundred_thousand_lines_open_fast_and_only_new_ones_are_read_again(tmp_path, numbers, soon):
    with Store(tmp_path) as store:
        numbers.put(store, 1)
    index_path = next(tmp_path.glob("packs/*.index.jsonl"))
    record = json.loads(index_path.read_bytes())
    rest = json.dumps(record, separators=(",", ":")).encode()[len('{"task":"') + 64 :]
    lines = [b'{"task":"%064x' % number + rest for number in range(100_000)]
    index_path.write_bytes(b"\n".join(lines) + b"\n")
    index = PackIndex(index_path)
    with soon(20):  # 0.2 s on an idle core
        assert sum(1 for _ in index.read_new()) == 100_000
    with index_path.open("ab") as file:
        file.write(lines[7] + b"\n")
    assert [task for task, _, _, _ in index.read_new()] == [f"{7:064x}"]
    assert list(index.read_new()) == []
