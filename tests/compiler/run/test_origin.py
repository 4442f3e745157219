"""A workflow's folder belongs to the spec that was run into it."""

import shutil

import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.origin import ORIGIN, refuse_other_spec, remember_spec

SPEC = """\
heldout: 1
study: digits
title: %s
stages:
  digits: {use: data/digits}
"""


@pytest.fixture
def first(tmp_path):
    spec = tmp_path / "specs" / "first.yaml"
    spec.parent.mkdir()
    spec.write_text(SPEC % "One")
    remember_spec(spec, tmp_path / "results")
    return spec


def refused(spec):
    with pytest.raises(Refusal) as caught:
        refuse_other_spec(spec, spec.parents[1] / "results")
    return caught.value


def test_another_spec_of_the_same_name_is_refused_and_told_what_to_write(first, monkeypatch):
    monkeypatch.chdir(first.parent)
    second = first.with_name("second.yaml")
    second.write_text(SPEC % "Two")
    found = refused(second)
    assert found.kind == "wrong"
    assert "holds the results of first.yaml, whose `study:` has the same name" in found.message
    assert "another `study:`, or other results: `--results FOLDER`" in found.hint
    first.write_text("study: [")  # one that is being edited is still there
    refused(second)


def test_one_that_was_edited_copied_as_it_is_or_moved_keeps_its_folder(first):
    results = first.parents[1] / "results"
    first.write_text(SPEC % "Edited")
    refuse_other_spec(first, results)
    copy = first.with_name("copy.yaml")
    shutil.copyfile(first, copy)
    refuse_other_spec(copy, results)
    moved = first.with_name("moved.yaml")
    first.rename(moved)
    moved.write_text(SPEC % "Moved and edited")
    refuse_other_spec(moved, results)


def test_a_spec_that_names_its_study_otherwise_now_has_left_its_folder(first):
    results = first.parents[1] / "results"
    second = first.with_name("second.yaml")
    second.write_text(SPEC % "Two")
    first.write_text((SPEC % "One").replace("study: digits", "study: others"))
    refuse_other_spec(second, results)


def test_a_project_that_moves_as_a_whole_takes_its_folders_along(first, tmp_path):
    shutil.move(tmp_path / "specs", tmp_path / "there" / "specs")
    shutil.move(tmp_path / "results", tmp_path / "there" / "results")
    refuse_other_spec(tmp_path / "there" / "specs" / "first.yaml", tmp_path / "there" / "results")
    assert not (tmp_path / "there" / "results" / ORIGIN).read_text().startswith("/")


def test_a_folder_that_remembers_nothing_is_anybodys(first, tmp_path):
    refuse_other_spec(first, tmp_path / "elsewhere")
