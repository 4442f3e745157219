import io

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from heldout.runtime.operators.data.hub.huggingface import huggingface

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def tiny(tmp_path, hub):
    hub(
        "dataset",
        "lab/tiny",
        COMMIT,
        {"train.parquet": parquet(pa.table({"x": [1.0, 2.0, 3.0], "y": [0, 1, 0]}))},
    )
    return {"repository": "lab/tiny", "revision": COMMIT, "label": "y", "features": ["x"], "max_rows": 2}


def parquet(table):
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def png(level):
    file = io.BytesIO()
    Image.fromarray(np.full((4, 4, 3), level, dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def points(hub):
    """Ten rows in the hub's Parquet layout, one shard a split."""
    rows = {"height": np.arange(10.0), "site": [0, 1] * 5, "sick": ["yes"] * 4 + ["no"] * 6}
    table = pa.table(rows)
    files = {
        "data/train-00000-of-00001.parquet": parquet(table),
        "data/test-00000-of-00001.parquet": parquet(table.slice(0, 2)),
    }
    hub("dataset", "lab/points", COMMIT, files)
    return {"repository": "lab/points", "revision": COMMIT, "label": "sick"}


def test_feature_columns(points):
    data = huggingface(**points, features=["height"], domain="site")
    assert data.x.flatten().tolist() == list(range(10))
    assert data.classes == ("no", "yes")
    assert data.labels.tolist() == [1] * 4 + [0] * 6
    assert data.domains.tolist() == ["0", "1"] * 5
    assert data.rows["id"].to_pylist()[-1] == "train-0000009"
    assert data.notes == {"repository": "lab/points", "revision": COMMIT, "split": "train"}


def test_another_split(points):
    assert len(huggingface(**points, features=["height"], split="test")) == 2


def test_joined_splits_follow_one_another_and_keep_their_names(points):
    data = huggingface(**points, features=["height"], split="test + train")
    assert data.x.flatten().tolist() == [0, 1, *range(10)]
    assert data.rows["id"].to_pylist()[:3] == ["test-0000000", "test-0000001", "train-0000000"]
    assert data.rows["id"].to_pylist()[-1] == "train-0000009"
    some = huggingface(**points, features=["height"], split="test+train", max_rows=6)
    assert set(some.rows["id"].to_pylist()) < set(data.rows["id"].to_pylist())
    with pytest.raises(ValueError, match="split train\\+train: it names a split twice"):
        huggingface(**points, features=["height"], split="train+train")


def test_max_rows_draws_by_seed_and_keeps_ids(points):
    some = huggingface(**points, features=["height"], max_rows=4, seed=1)
    again = huggingface(**points, features=["height"], max_rows=4, seed=1)
    other = huggingface(**points, features=["height"], max_rows=4, seed=2)
    heights = some.x.flatten().tolist()
    assert len(some) == 4
    assert heights == sorted(heights)
    assert some.rows["id"].to_pylist() == [f"train-{int(height):07d}" for height in heights]
    assert again.rows.equals(some.rows)
    assert not other.rows.equals(some.rows)


def test_images_and_declared_classes(hub):
    features = datasets.Features(
        {"picture": datasets.Image(), "kind": datasets.ClassLabel(names=["dog", "cat"])}
    )
    made = datasets.Dataset.from_dict(
        {"picture": [{"bytes": png(100), "path": None}, {"bytes": png(200), "path": None}], "kind": [1, 0]},
        features=features,
    )
    file = io.BytesIO()
    made.to_parquet(file)
    hub("dataset", "lab/pets", COMMIT, {"data/train-00000-of-00001.parquet": file.getvalue()})
    data = huggingface(repository="lab/pets", revision=COMMIT, label="kind", image="picture", resize=2)
    assert data.x.shape == (2, 3, 2, 2)
    assert (data.x[:, 0, 0, 0] * 255).round().tolist() == [100, 200]
    assert data.classes == ("dog", "cat")
    assert data.labels.tolist() == [1, 0]


@pytest.fixture
def drawn(hub):
    """Encoded pictures in two splits; domains and classes are numbers with names, as DomainNet's are."""
    named = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["aircraft", "zebra"]),
            "domain": datasets.ClassLabel(names=["clipart", "real", "sketch"]),
        }
    )

    def split(levels, labels, domains):
        pictures = [{"bytes": png(level), "path": None} for level in levels]
        columns = {"image": pictures, "label": labels, "domain": domains}
        file = io.BytesIO()
        datasets.Dataset.from_dict(columns, features=named).to_parquet(file)
        return file.getvalue()

    files = {
        "data/train-00000-of-00001.parquet": split([10, 20, 30], [0, 1, 0], [0, 2, 1]),
        "data/test-00000-of-00001.parquet": split([40], [1], [2]),
    }
    hub("dataset", "lab/drawn", COMMIT, files)
    return {"repository": "lab/drawn", "revision": COMMIT, "label": "label", "domain": "domain"}


def test_splits_of_encoded_pictures_are_joined_and_domains_have_their_names(drawn):
    data = huggingface(**drawn, image="image", split="train+test", resize=None)
    assert data.encoded["image"][3] == png(40)
    assert data.domains.tolist() == ["clipart", "sketch", "real", "sketch"]
    assert data.labels.tolist() == [0, 1, 0, 1] and data.classes == ("aircraft", "zebra")
    assert data.notes["split"] == "train+test"


def test_pictures_that_are_kept_are_the_files_and_know_whether_they_are_of_one_size(hub, tmp_path):
    wide = io.BytesIO()
    Image.fromarray(np.full((3, 5, 3), 7, dtype=np.uint8)).save(wide, "JPEG")
    pictures, kinds = [png(10), png(20), wide.getvalue(), png(30)], ["a", "b", "a", "b"]
    cells = [{"bytes": content, "path": None} for content in pictures]
    made = datasets.Dataset.from_dict(
        {"image": cells, "kind": kinds},
        features=datasets.Features({"image": datasets.Image(), "kind": datasets.Value("string")}),
    )
    file = io.BytesIO()
    made.to_parquet(file)
    hub("dataset", "lab/sizes", COMMIT, {"data/train-00000-of-00001.parquet": file.getvalue()})
    asked = {"repository": "lab/sizes", "revision": COMMIT, "label": "kind", "image": "image"}
    data = huggingface(**asked, resize=None)
    assert list(data.encoded["image"]) == pictures and data.input_shape is None and not data.tensors
    data.save(tmp_path)
    assert list(type(data).load(tmp_path).encoded["image"]) == pictures
    some = huggingface(**asked, resize=None, max_rows=2, seed=1)
    places = [int(name.removeprefix("train-")) for name in some.rows["id"].to_pylist()]
    assert list(some.encoded["image"]) == [pictures[place] for place in places]
    assert some.input_shape == (None if 2 in places else (3, 4, 4))
    grey = huggingface(**asked, resize=None, mode="grey").take([0, 1])
    assert grey.encoded["image"].media.mode == "grey"


def test_a_picture_that_is_none_is_named_before_anything_is_kept(hub):
    features = datasets.Features({"image": datasets.Image(), "kind": datasets.Value("string")})
    cells = [{"bytes": content, "path": None} for content in (png(10), b"no picture")]
    file = io.BytesIO()
    datasets.Dataset.from_dict({"image": cells, "kind": ["a", "a"]}, features=features).to_parquet(file)
    hub("dataset", "lab/broken", COMMIT, {"data/train-00000-of-00001.parquet": file.getvalue()})
    with pytest.raises(ValueError, match="image of row 1 is not a whole image"):
        huggingface(repository="lab/broken", revision=COMMIT, label="kind", image="image", resize=None)


def test_rows_of_no_domain_are_refused(hub):
    named = datasets.Features({"x": datasets.Value("float32"), "d": datasets.ClassLabel(names=["a", "b"])})
    file = io.BytesIO()
    datasets.Dataset.from_dict({"x": [1.0, 2.0], "d": [0, -1]}, features=named).to_parquet(file)
    hub("dataset", "lab/nowhere", COMMIT, {"data/train.parquet": file.getvalue()})
    given = {"repository": "lab/nowhere", "revision": COMMIT, "features": ["x"], "label": "x", "domain": "d"}
    with pytest.raises(ValueError, match=r"column 'd': 1 rows are of no domain \(-1\)"):
        huggingface(**given)


def test_a_folder_of_image_files(hub):
    files = {"train/cat/a.png": png(10), "train/dog/b.png": png(20)}
    hub("dataset", "lab/folder", COMMIT, files)
    data = huggingface(
        repository="lab/folder", revision=COMMIT, label="label", image="image", resize=4, mode="grey"
    )
    assert data.classes == ("cat", "dog")
    assert (data.x[:, 0, 0, 0] * 255).round().tolist() == [10, 20]


def test_patterns_leave_files_out(hub):
    table = pa.table({"x": [1.0], "y": [0]})
    hub(
        "dataset", "lab/two", COMMIT, {"en/train.parquet": parquet(table), "fr/train.parquet": parquet(table)}
    )
    given = {"repository": "lab/two", "revision": COMMIT, "label": "y", "features": ["x"]}
    assert len(huggingface(**given)) == 2
    assert len(huggingface(**given, files={"fr/*"})) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of `image` and `features`"),
        ({"features": ["height"], "image": "height"}, "give one of `image` and `features`"),
        ({"features": ["weight"]}, "there is no column weight; there are height, site, sick"),
        ({"features": ["sick"]}, "column 'sick' is no column of numbers"),
        ({"features": ["height"], "revision": "main"}, "must be a commit of 40 hexadecimal digits"),
    ],
)
def test_wrong_arguments_are_named(points, arguments, message):
    with pytest.raises(ValueError, match=message):
        huggingface(**(points | arguments))


def test_labels_beyond_the_declared_classes_are_refused(hub):
    named = datasets.Features({"x": datasets.Value("float32"), "y": datasets.ClassLabel(names=["a", "b"])})
    file = io.BytesIO()
    made = datasets.Dataset.from_dict({"x": [1.0, 2.0], "y": [0, 1]}, features=named)
    table = made.data.table.set_column(1, made.data.table.schema.field("y"), pa.array([0, 7]))
    pq.write_table(table, file)
    hub("dataset", "lab/beyond", COMMIT, {"data/train.parquet": file.getvalue()})
    with pytest.raises(
        ValueError, match=r"lab/beyond, split train: column 'y' holds 7, and the .* names 2 classes"
    ):
        huggingface(repository="lab/beyond", revision=COMMIT, label="y", features=["x"])


def test_hidden_labels_are_refused(hub):
    features = datasets.Features({"x": datasets.Value("float32"), "y": datasets.ClassLabel(names=["a", "b"])})
    file = io.BytesIO()
    datasets.Dataset.from_dict({"x": [1.0, 2.0], "y": [-1, -1]}, features=features).to_parquet(file)
    hub("dataset", "lab/hidden", COMMIT, {"data/test.parquet": file.getvalue()})
    with pytest.raises(ValueError, match="2 rows have the label -1"):
        huggingface(repository="lab/hidden", revision=COMMIT, label="y", features=["x"], split="test")
