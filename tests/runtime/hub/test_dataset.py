"""Hub datasets that reach for what is not theirs."""

import contextlib
import http.server
import io
import os
import threading

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from heldout.runtime.hub.dataset import opened

pytestmark = pytest.mark.slow


def picture():
    file = io.BytesIO()
    Image.new("L", (2, 2), 255).save(file, "PNG")
    return file.getvalue()


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.fixture
def commit(tmp_path):
    """Write the files of a commit; gives where each lies."""

    def commit(**files):
        found = {}
        for number, (name, content) in enumerate(files.items()):
            path = tmp_path / "blobs" / str(number)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            found[name.replace("__", "/").replace("_DOT_", ".")] = path
        return found

    return commit


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("x,y\n42,1\n")
    return path


@pytest.fixture
def asked():
    """The addresses that a server was asked for."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x,y\n42,1\n")

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x.csv", paths
    server.shutdown()


def card(files):
    return f"---\nconfigs:\n- config_name: default\n  data_files: {files}\n---\n"


@pytest.mark.parametrize("write", ["{}", "[{{split: train, path: {}}}]", "{{train: [own.csv, {}]}}"])
def test_a_card_that_names_a_file_of_this_machine_is_refused(commit, secret, write):
    found = commit(own_DOT_csv="x,y\n1,0\n", README_DOT_md=card(write.format(secret)))
    with (
        pytest.raises(
            ValueError, match=r"README\.md: it says `data_files: .*secret\.csv`, which is no file of"
        ),
        opened(found, None, "train"),
    ):
        pass


@pytest.mark.parametrize("place", ["../../secret.csv", "../*.csv", "~/secret.csv", "hf://datasets/a/b/c.csv"])
def test_a_card_that_leads_out_is_refused(commit, place):
    found = commit(own_DOT_csv="x,y\n1,0\n", README_DOT_md=card(place))
    with pytest.raises(ValueError, match="which is no file of the commit"), opened(found, None, "train"):
        pass


def test_a_card_that_names_an_address_is_refused_unasked(commit, asked):
    address, paths = asked
    found = commit(own_DOT_csv="x,y\n1,0\n", README_DOT_md=card(address))
    with pytest.raises(ValueError, match="which is no file of the commit"), opened(found, None, "train"):
        pass
    assert paths == []


def test_a_card_that_names_its_own_files_is_followed(commit):
    found = commit(a__one_DOT_csv="x,y\n1,0\n", b_DOT_csv="x,y\n2,0\n", README_DOT_md=card("a/*.csv"))
    with opened(found, None, "train") as data:
        assert data.rows["x"][:] == [1]


def cell(path):
    """A Parquet file of the hub's layout with one picture that is named by a path."""
    features = datasets.Features({"picture": datasets.Image(decode=False), "y": datasets.Value("int64")})
    made = datasets.Dataset.from_dict(
        {"picture": [{"bytes": None, "path": path}], "y": [0]}, features=features
    )
    file = io.BytesIO()
    pq.write_table(made.data.table, file)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["file", "link", "pipe", "folder", "relative", "address"])
def test_a_cell_that_names_a_file_of_this_machine_is_refused(commit, tmp_path, monkeypatch, asked, kind):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "secret.png"
    path.write_bytes(picture())
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "link.png").symlink_to(path)
        path = tmp_path / "link.png"
    named = {"folder": str(tmp_path), "relative": "secret.png", "address": asked[0]}.get(kind, str(path))
    with opened(commit(train_DOT_parquet=cell(named)), None, "train") as data:
        (found,) = data.columns(["picture"], "picture").table()["picture"].to_pylist()
        with pytest.raises(ValueError, match=r"a cell names '.*', which is no file of the commit"):
            data.content(found)
    assert asked[1] == []


def test_metadata_may_name_pictures_of_the_commit_and_no_others(commit, tmp_path):
    (tmp_path / "secret.png").write_bytes(picture())
    lines = '{{"file_name": "{}", "y": 0}}\n'
    for name, ours in (("a.png", True), (f"{tmp_path}/secret.png", False), ("../../../secret.png", False)):
        found = commit(train__a_DOT_png=picture(), train__metadata_DOT_jsonl=lines.format(name))
        # Newer versions of `datasets` refuse the others themselves.
        refusal = pytest.raises(ValueError, match=r"no file of the commit|file_name")
        with contextlib.nullcontext() if ours else refusal, opened(found, None, "train") as data:
            (one,) = data.columns(["image"], "image").table()["image"].to_pylist()
            assert data.content(one) == picture()


def test_deep_json_fails_the_task_and_not_the_process(commit):
    deep = "[" * 200_000 + "]" * 200_000
    for files in (
        {
            "train__a_DOT_png": picture(),
            "train__metadata_DOT_jsonl": f'{{"file_name": "a.png", "y": {deep}}}\n',
        },
        {"train_DOT_jsonl": f'{{"y": {deep}}}\n'},
        {"train_DOT_csv": "y\n1\n", "README_DOT_md": f"---\na: {deep}\n---\n"},
    ):
        with (
            pytest.raises(ValueError, match=r"crashes what reads it|depth|recursion"),
            opened(commit(**files), None, "train"),
        ):
            pass


def test_an_unknown_split_is_named(commit):
    with (
        pytest.raises(ValueError, match='Unknown split "test"'),
        opened(commit(train_DOT_parquet=parquet(x=[1])), None, "test"),
    ):
        pass


def test_rows_longer_than_their_header_do_not_move_to_the_left(commit):
    with pytest.raises(ValueError, match=r"^train\.csv: ParserWarning"):
        opened(commit(train_DOT_csv="a,b,y\n1,7,0,5\n2,7,1,5\n"), None, "train").__enter__()
    with opened(commit(train_DOT_csv="a,y\n1,0,\n2,1,\n"), None, "train") as data:  # a comma at the end
        assert data.table().to_pydict() == {"a": [1, 2], "y": [0, 1]}


def test_what_cannot_be_read_is_named(commit):
    whole = parquet(a=[1.0])
    for files, message in (
        ({"train_DOT_parquet": whole[:-9]}, r"^train\.parquet: ArrowInvalid"),
        ({"train_DOT_csv": b"a\n\xff\n"}, r"^train\.csv: UnicodeDecodeError"),
        ({"train_DOT_parquet": whole, "README_DOT_md": "---\n{[\n---\n"}, r"^README\.md: ParserError"),
    ):
        with pytest.raises(ValueError, match=message):
            opened(commit(**files), None, "train").__enter__()


def test_aliases_of_a_card_do_not_multiply(commit):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    card = "\n".join(["---", *lines, "configs: *a8", "---", ""])
    with pytest.raises(ValueError, match=r"^README\.md: its head holds more than 200000 texts"):
        opened(commit(train_DOT_csv="a\n1\n", README_DOT_md=card), None, "train").__enter__()


def test_numbers_are_no_pictures(commit):
    with (
        opened(commit(train_DOT_csv="a\n1\n"), None, "train") as data,
        pytest.raises(ValueError, match=r"column 'a' holds .*int64.*, and no pictures"),
    ):
        data.columns(["a"], "a")
