import hashlib

import pytest

from heldout.compiler.cli import main
from heldout.compiler.run.checksum import checksum, size
from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names
from heldout.runtime.operators.fetch.model_folder import model_names


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(
        ["sketch/dog/b.png", "photo 2/cat/é.png", "sketch/cat/a.png", "sketch/dog/B.png"]
    ):
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "images" / name).write_bytes(bytes([number]))
    (tmp_path / "images" / "README.md").write_text("not read")
    (tmp_path / "images" / "sketch" / ".DS_Store").write_text("not read")
    return tmp_path / "images"


def test_a_folder_has_the_checksum_that_its_operator_computes(folder):
    assert checksum(folder) == content_sha256(folder, image_names(folder))


def test_it_is_written_as_a_spec_has_it(folder, monkeypatch, capsys):
    file = folder / "sketch/dog/b.png"
    for path, sha256 in ((folder, checksum(folder)), (file, hashlib.sha256(b"\0").hexdigest())):
        monkeypatch.setattr("sys.argv", ["heldout", "checksum", str(path)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        assert capsys.readouterr().out == f"sha256: {sha256}\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "sketch/dog/deeper").mkdir(), "deeper is no file"),
        (lambda folder: (folder / "sketch/dog/a\tb").touch(), "a control character"),
        (lambda folder: folder.rename(folder.with_name("moved")), "there is no file and no folder"),
    ],
)
def test_what_has_no_checksum_is_refused(folder, change, message, monkeypatch, capsys):
    change(folder)
    monkeypatch.setattr("sys.argv", ["heldout", "checksum", str(folder)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err.replace("\n", " ")


def test_a_folder_without_domains_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["heldout", "checksum", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
    assert "no DOMAIN/CLASS/IMAGE" in capsys.readouterr().err.replace("\n", " ")


def test_a_models_folder_has_the_checksum_that_its_operator_computes(tmp_path):
    files = ("config.json", "vocab.txt", "model.safetensors", "1_Pooling/config.json", "tokenizer.json")
    for number, name in enumerate((*files, "heldout.json", ".x.json", "model.bin", "onnx/model/a.onnx")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes([number]))
    assert model_names(tmp_path) == sorted(files)
    assert checksum(tmp_path) == content_sha256(tmp_path, model_names(tmp_path))
    assert size(tmp_path) == len(files)


def test_pictures_beside_a_configuration_are_pictures(folder):
    before = checksum(folder)
    (folder / "config.json").write_text("{}")
    assert checksum(folder) == before
