"""The mistakes of a spec as values."""

from pathlib import Path

import pytest

import heldout

pytestmark = pytest.mark.slow

WRONG = """\
heldout: 1
study: wrong
axes: {seed: {count: 2}}
stages:
  domains: {use: data/rotated-digit, angles: [0, 30]}
"""


def test_mistakes_print_as_the_command_line_prints_them(tmp_path: Path):
    spec = tmp_path / "wrong.yaml"
    spec.write_text(WRONG)
    found = heldout.check(spec)
    assert [(mistake.code, mistake.span.line) for mistake in found] == [("unknown-operator", 5)]
    first, line, caret, _, count = str(found).splitlines()
    assert first.startswith(f"{spec}:5:18: error[unknown-operator]: ")
    assert line == "5 |   domains: {use: data/rotated-digit, angles: [0, 30]}"
    assert caret.index("^") == line.index("data/") and "write `data/rotated-digits`" in caret
    assert count == f"1 error in {spec}; `heldout explain unknown-operator` says more"
    assert repr(found) == str(found)


def test_every_scale_or_one(tmp_path: Path):
    spec = tmp_path / "scaled.yaml"
    fine, wrong = ("{stages: {domains: {angles: [0, 30]}}}", "{stages: {domains: {angels: [0]}}}")
    right = WRONG.replace("digit,", "digits,").replace("axes: {seed: {count: 2}}\n", "")
    spec.write_text(f"{right}scales:\n  some: {fine}\n  more: {wrong}\n")
    (found,) = heldout.check(spec)
    assert found.span.line == 7 and "angels" in found.message
    assert heldout.check(spec, "more") == [found] and heldout.check(spec, "some") == []
    with pytest.raises(heldout.Mistakes) as error:
        heldout.plan(spec, "more", store=tmp_path)
    assert error.value.found == (found,) and found.message in str(error.value)


def test_what_cannot_be_read(tmp_path: Path):
    with pytest.raises(heldout.Refusal, match=r"there is no file .*none\.yaml"):
        heldout.check(tmp_path / "none.yaml")


def test_nothing_wrong(written: Path):
    found = heldout.check(written / "little.yaml")
    assert found == [] and not found and str(found) == "no mistakes"
