import codecs
from pathlib import Path

import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.specs import find_specs, is_several

SPEC = "# a comment\nheldout: 1\nstudy: a\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b/two.yaml", "a/one.yml", "a/deep/er/three.yaml", ".hidden/four.yaml"):
        path = Path("specs", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPEC)
    Path("specs/a/marked.yaml").write_bytes(codecs.BOM_UTF8 + b"heldout: 1\r\nstudy: a\r\n")
    Path("specs/marked-base.yaml").write_bytes(codecs.BOM_UTF8 + b"base: a\r\nheldout: 1\r\n")
    Path("specs/settings.yaml").write_text("site_name: heldout\nnav: {heldout: 1}\n")
    Path("specs/base.yaml").write_text(SPEC.replace("study:", "base:"))
    Path("specs/a/both.yaml").write_text(SPEC + "base: base.yaml\n")  # a study, with a mistake to be told
    Path("specs/notes.txt").write_text(SPEC)
    Path("specs/loop").symlink_to(".", target_is_directory=True)
    return Path("specs")


def test_of_a_folder_all_that_have_the_key(folder):
    assert [path.as_posix() for path in find_specs([folder])] == [
        "specs/a/both.yaml",
        "specs/a/deep/er/three.yaml",
        "specs/a/marked.yaml",
        "specs/a/one.yml",
        "specs/b/two.yaml",
    ]


def test_a_file_that_is_named_is_one_and_each_stands_once(folder):
    named = [Path("specs/settings.yaml"), Path("specs/b/two.yaml"), Path("specs/b"), Path("nowhere.yaml")]
    assert find_specs(named) == [Path("specs/settings.yaml"), Path("specs/b/two.yaml"), Path("nowhere.yaml")]


def test_a_folder_without_specs(tmp_path):
    (tmp_path / "settings.yaml").write_text("a: 1\n")
    with pytest.raises(Refusal, match="there is no spec below") as refused:
        find_specs([tmp_path])
    assert "heldout: 1" in refused.value.hint
    with pytest.raises(Refusal, match="no spec is named"):
        find_specs([])


def test_a_folder_means_many_even_where_it_holds_one(folder):
    assert is_several([Path("specs/b")])
    assert is_several([Path("a.yaml"), Path("b.yaml")])
    assert not is_several([Path("a.yaml")])
