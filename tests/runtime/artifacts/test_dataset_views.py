"""Views of data: an index over a base, in memory and in files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from heldout.runtime.artifacts import Dataset, mapped_arrow
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.artifacts.parts import memory_of, tensors
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.operators.data.rows.mixture import mixture
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out

LARGE = 2000  # rows, of which each takes a kilobyte


def data_of(num_rows: int, **members: object) -> Dataset:
    rows = pa.table(
        {
            "id": [f"row-{row}" for row in range(num_rows)],
            "label": pa.array([row % 3 for row in range(num_rows)], pa.int64()),
            "domain": [f"d{row % 2}" for row in range(num_rows)],
        }
    )
    x = torch.arange(num_rows * 256, dtype=torch.float32).reshape(num_rows, 256)
    return Dataset(rows, {"x": x}, ("a", "b", "c"), **members)  # type: ignore[arg-type]


def kept(data: Dataset, folder: Path) -> Dataset:
    """The data as they come back from a folder."""
    folder.mkdir()
    data.save(folder)
    return Dataset.load(folder)


def test_rows_of_rows_are_rows_of_the_base():
    data = data_of(6)
    view = data.take([5, 3, 1]).take([2, 0, 0])
    assert len(view) == 3
    assert view.rows["id"].to_pylist() == ["row-1", "row-5", "row-5"]
    assert view.labels.tolist() == [1, 2, 2]
    assert view.domains.tolist() == ["d1", "d1", "d1"] and view.domain_names == ("d1",)
    assert torch.equal(view.x, data.x[[1, 5, 5]])
    assert view.input_shape == (256,)


def test_what_a_batch_needs_is_all_that_is_gathered():
    view = data_of(6).take([4, 2])
    assert torch.equal(view.at("x", [1]), view.take([1]).x)
    assert len(view.held) == 1  # the base's x
    gathered = view.x
    assert view.x is gathered and len(view.held) == 2


def test_a_row_that_is_not_there():
    with pytest.raises(IndexError, match="no row 6 of 6"):
        data_of(6).take([0, 6])
    with pytest.raises(IndexError, match="no row -1 of 6"):
        data_of(6).at("x", [-1])
    with pytest.raises(ValueError, match="no tensor 'z'; there are x"):
        data_of(6).at("z", [0])


def test_views_are_replaced_in_part():
    view = data_of(6).take([4, 2])
    renamed = view.rows.set_column(1, "label", pa.array([0, 0]))
    changed = replace(view, rows=renamed, classes=("z",))
    assert changed.labels.tolist() == [0, 0] and changed.classes == ("z",)
    assert torch.equal(changed.x, view.x)
    again = changed.take([1])
    assert again.labels.tolist() == [0] and again.rows["id"].to_pylist() == ["row-2"]


def test_hidden_labels_are_in_no_view():
    view = replace(data_of(6), notes={"a": 1}).take([4, 2]).without_labels().take([0])
    assert view.column_names == view.rows.column_names == ["id", "domain"]
    with pytest.raises(ValueError, match="no labels"):
        view.labels  # noqa: B018
    with pytest.raises(KeyError):
        view.column("label")


def test_small_data_hold_their_own_rows_alone(tmp_path: Path):
    base = kept(data_of(40), tmp_path / "base")
    view = kept(base.take([7, 3]), tmp_path / "view")
    assert sorted(path.name for path in (tmp_path / "view").iterdir()) == [
        "dataset.json",
        "rows.parquet",
        "tensors.safetensors",
    ]
    assert json.loads((tmp_path / "view/dataset.json").read_text()).keys() == {"classes", "notes"}
    assert pq.read_table(tmp_path / "view/rows.parquet")["id"].to_pylist() == ["row-7", "row-3"]
    assert torch.equal(view.x, data_of(40).x[[7, 3]])


def test_large_data_share_the_files_of_their_base(tmp_path: Path):
    base = kept(data_of(LARGE), tmp_path / "base")
    index = np.arange(0, LARGE, 1)[::-1].copy()
    view = kept(base.take(index).take(np.arange(1500)), tmp_path / "view")
    for name in ("rows.parquet", "tensors.safetensors"):
        assert (tmp_path / "view" / name).stat().st_ino == (tmp_path / "base" / name).stat().st_ino
    own = sum((tmp_path / "view" / name).stat().st_size for name in ("dataset.json", "index.parquet"))
    assert own < 3000
    assert view.rows.equals(data_of(LARGE).rows.take(pa.array(index[:1500])))
    assert torch.equal(view.x, data_of(LARGE).x[torch.from_numpy(index[:1500])])
    third = kept(view.take(np.arange(1400)), tmp_path / "third")  # a view of what was kept as one
    assert third.rows["id"][1399].as_py() == f"row-{LARGE - 1400}"


def test_of_hidden_labels_large_data_have_rows_of_their_own(tmp_path: Path):
    base = kept(data_of(LARGE), tmp_path / "base")
    kept(base.take(np.arange(1500)).without_labels(), tmp_path / "hidden")
    assert "label" not in pq.read_schema(tmp_path / "hidden/rows.parquet").names
    other = replace(base.take(np.arange(1500)), rows=base.rows.slice(10, 1500))
    again = kept(other, tmp_path / "renamed")
    assert again.rows["id"][0].as_py() == "row-10" and float(again.x[0, 0]) == 0.0


def test_a_base_that_is_gone_is_written_anew(tmp_path: Path):
    base = kept(data_of(LARGE), tmp_path / "base")
    (tmp_path / "base/tensors.safetensors").unlink()
    view = kept(base.take(np.arange(1500)), tmp_path / "view")
    assert torch.equal(view.x, data_of(LARGE).x[:1500])


def test_encoded_files_and_sequences_travel_with_their_rows(tmp_path: Path):
    files = [bytes([row]) * (row + 1) for row in range(6)]
    tokens = [[1], [2, 2], [], [4, 4, 4], [5], [6, 6]]
    data = data_of(
        6, encoded={"image": Encoded.of(files, Media())}, sequences={"tokens": Sequences.of(tokens)}
    )
    for one in (data, kept(data, tmp_path / "data")):
        view = one.take([3, 1])
        assert list(view.encoded["image"]) == [files[3], files[1]]
        assert [row.tolist() for row in view.sequences["tokens"]] == [[4, 4, 4], [2, 2]]
        again = kept(view, tmp_path / f"view-{id(one)}")
        assert list(again.encoded["image"]) == [files[3], files[1]]
        assert again.sequences["tokens"] == view.sequences["tokens"]
        assert not again.without(["image", "tokens"]).encoded


def test_nothing_is_gathered_to_be_counted_or_watched():
    view = data_of(6).take([4, 2])
    assert memory_of(view) > 2 * 256 * 4
    assert len(list(tensors(view))) == 1
    view.x.add_(1)
    assert sum(tensor._version for tensor in tensors(view)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tensors": {"x": {"file": "../x"}}}, "names no file"),
        ({"tensors": {"x": {"file": "other.safetensors"}}}, "holds no other.safetensors"),
        ({"tensors": {"y": {"file": "tensors.safetensors"}}}, "no tensor 'y'"),
        ({"tensors": {"x": {"file": "tensors.safetensors", "index": "9"}}}, "does not say"),
        ({"num_rows": 3}, "has 1500 rows, the dataset 3"),
        ({"format": 3}, "is of format 3"),
        ({"rows": None}, "does not say"),
    ],
)
def test_what_a_stranger_wrote(tmp_path: Path, change: dict[str, object], said: str):
    kept(kept(data_of(LARGE), tmp_path / "base").take(np.arange(1500)), tmp_path / "view")
    path = tmp_path / "view/dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=said):
        Dataset.load(tmp_path / "view")


def test_positions_of_a_stranger_stay_inside(tmp_path: Path):
    kept(kept(data_of(LARGE), tmp_path / "base").take(np.arange(1500)), tmp_path / "view")
    for wrong, said in (([LARGE] * 1500, "from 2000 to 2000, and there are 2000"), ([-1] * 1500, "from -1")):
        pq.write_table(pa.table({"0": pa.array(wrong, pa.int64())}), tmp_path / "view/index.parquet")
        with pytest.raises(ValueError, match=said):
            Dataset.load(tmp_path / "view")
    pq.write_table(pa.table({"0": ["a"]}), tmp_path / "view/index.parquet")
    with pytest.raises(ValueError, match="positions are int64"):
        Dataset.load(tmp_path / "view")


def test_a_mixture_has_all_files_and_sequences():
    files, tokens = [b"a", b"bb", b"ccc"], [[1], [2, 3], []]
    data = data_of(
        3, encoded={"image": Encoded.of(files, Media())}, sequences={"tokens": Sequences.of(tokens)}
    )
    both = mixture([data.take([2]), data.take([1, 0])])
    assert list(both.encoded["image"]) == [b"ccc", b"bb", b"a"] and both.encoded["image"].nbytes == 6
    assert [row.tolist() for row in both.sequences["tokens"]] == [[], [2, 3], [1]]
    with pytest.raises(ValueError, match="several kinds or modes"):
        Encoded.joined([data.encoded["image"], Encoded.of(files, Media(mode="grey"))])


def test_answers_in_sequences_are_hidden():
    tokens, answer = Sequences.of([[1, 2, 3], [4]]), Sequences.of([[0, 1, 1], [0]])
    data = data_of(2, sequences={"tokens": tokens, "answer": answer})
    hidden = data.take([1, 0]).without_labels()
    assert list(hidden.sequences) == ["tokens"]
    assert [row.tolist() for row in hidden.sequences["tokens"]] == [[4], [1, 0, 0]]
    assert data.sequences["tokens"][0].tolist() == [1, 2, 3]
    assert tokens.padded([1, 0], padding=9).tolist() == [[4, 9, 9], [1, 2, 3]]
    assert tokens.padded([0], longest=2).tolist() == [[1, 2]]
    with pytest.raises(ValueError, match="offsets of sequences rise"):
        Sequences(torch.arange(3), torch.tensor([0, 2, 1, 3]))


def test_long_rows_are_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mapped_arrow, "LONG_BYTES", 2**20)
    rows = pa.table({"id": [str(row) for row in range(3000)], "text": ["long " * 100] * 3000})
    data = kept(Dataset(rows), tmp_path / "base")
    assert (tmp_path / "base/rows.arrow").is_file()
    assert data.rows.equals(rows)
    view = kept(data.take(np.arange(2900)), tmp_path / "view")
    assert (tmp_path / "view/rows.arrow").stat().st_ino == (tmp_path / "base/rows.arrow").stat().st_ino
    assert view.rows.equals(rows.slice(0, 2900))


@pytest.mark.slow
def test_splits_of_a_million_rows_are_below_ten_megabytes(tmp_path: Path):
    num_rows, num_domains = 1_000_000, 6
    rows = pa.table(
        {
            "id": [f"domain{row % num_domains}/{row:07d}.jpg" for row in range(num_rows)],
            "domain": [f"domain{row % num_domains}" for row in range(num_rows)],
        }
    )
    data = kept(Dataset(rows, {"x": torch.zeros(num_rows, 1)}), tmp_path / "base")
    shared = {path.stat().st_ino for path in (tmp_path / "base").iterdir()}
    own = 0
    for domain in data.domain_names:
        for name, part in leave_one_domain_out(data, domain=domain)._asdict().items():
            folder = tmp_path / f"{domain}-{name}"
            folder.mkdir()
            part.save(folder)
            found = [path.stat() for path in folder.iterdir()]
            own += sum(about.st_size for about in found if about.st_ino not in shared)
    assert own < 10_000_000
