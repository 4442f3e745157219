import pytest
import yaml


def test_the_study_is_named_after_its_file(heldout, tmp_path):
    answer = heldout("new", "Foo_Bar.yaml")
    assert answer.code == 0
    assert yaml.safe_load((tmp_path / "Foo_Bar.yaml").read_text())["study"] == "foo-bar"
    assert "next: `heldout check Foo_Bar.yaml`" in answer.err


@pytest.mark.parametrize(
    "title",
    [
        'He said "x": ${held_out}',
        "back\\slash\\n",
        "{{ 7 * 7 }} {% if %} # no",
        "it's: a 'title'",
        "- übel ?",
    ],
)
def test_a_title_may_hold_anything_on_a_line(heldout, tmp_path, title):
    assert heldout("new", "a.yaml", "--title", title).code == 0
    assert yaml.safe_load((tmp_path / "a.yaml").read_text())["title"] == title
    assert heldout("check", "a.yaml").code == 0


def test_a_title_becomes_one_line(heldout, tmp_path):
    heldout("new", "a.yaml", "--title", "two\nlines\tand a tab ")
    assert yaml.safe_load((tmp_path / "a.yaml").read_text())["title"] == "two lines and a tab"


@pytest.mark.parametrize("title", ["", "  \n", "bell\a", "\x1b[31mred"])
def test_a_title_that_nobody_can_read_is_refused(heldout, tmp_path, title):
    assert heldout("new", "a.yaml", "--title", title).code == 2
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize(
    "name", ["noext", "a.txt", ".yaml", "ü.yaml", "a\nb.yaml", "-.yaml", "x" * 101 + ".yaml"]
)
def test_a_name_that_no_study_can_have_is_refused(heldout, tmp_path, name):
    answer = heldout("new", "--", name)
    assert answer.code == 2
    assert "is no name for a spec" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(heldout, tmp_path):
    (tmp_path / "a.yaml").write_text("mine")
    answer = heldout("new", "a.yaml")
    assert answer.code == 2
    assert "is there already" in answer.err
    assert (tmp_path / "a.yaml").read_text() == "mine"


def test_folders_are_made(heldout, tmp_path):
    assert heldout("new", "specs/family/a.yaml").code == 0
    assert heldout("check", "specs/family/a.yaml").code == 0


def test_the_commands_that_are_proposed_can_be_pasted(heldout):
    assert "`heldout check 'my study.yaml'`" in heldout("new", "my study.yaml").err


def test_a_place_that_cannot_be_written_is_told(heldout, tmp_path):
    (tmp_path / "file").write_text("")
    answer = heldout("new", "file/a.yaml")
    assert answer.code == 1
    assert answer.err.startswith("heldout: file")
