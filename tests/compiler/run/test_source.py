import os
from pathlib import Path

import pytest

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.refusal import Missing, Refusal
from heldout.compiler.run import source as module
from heldout.compiler.run.source import Source
from heldout.compiler.syntax.yaml_reader import MAX_BYTES


def test_a_spec_is_compiled_at_its_scales(spec):
    source = Source.read(spec)
    assert source.scales == ("smoke",)
    assert source.compile(None).plan.tasks == 1 + 2 * 3 + 2 * (2 * 2 * 3)
    assert source.compile("smoke").plan.tasks == 1 + 2 + 2 * (2 * 2)
    assert source.study("smoke").scale == "smoke"


def test_a_pipe_is_read_and_one_without_a_writer_is_not_waited_for(spec, tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert Source.read(pipe).data == b""
    reader, writer = os.pipe()
    os.write(writer, spec.read_bytes())
    os.close(writer)
    assert Source.read(Path(f"/dev/fd/{reader}")).data == spec.read_bytes()
    os.close(reader)


def test_no_more_is_read_than_a_spec_may_have():
    source = Source.read(Path("/dev/zero"))
    assert len(source.data) == MAX_BYTES + 1
    with pytest.raises(Mistakes) as raised:
        source.study(None)
    assert [one.code for one in raised.value.found] == ["yaml-size"]


def test_its_text_is_parsed_once(spec, monkeypatch):
    parsed = []
    parse = module.read_spec
    monkeypatch.setattr(module, "read_spec", lambda *given: parsed.append(given[:2]) or parse(*given))
    source = Source.read(spec)
    for scale in (None, *source.scales):
        source.compile(scale)
    assert parsed == [(spec.read_bytes(), "small.yaml")]


def test_mistakes_are_raised_with_their_places(spec):
    spec.write_text(spec.read_text().replace("${method}", "${methd}").replace("small", "smal l"))
    with pytest.raises(Mistakes) as raised:  # of syntax, before the names are looked at
        Source.read(spec).compile(None)
    assert [(one.code, one.span.line) for one in raised.value.found] == [("bad-name", 2)]
    spec.write_text(spec.read_text().replace("smal l", "small"))
    with pytest.raises(Mistakes) as raised:
        Source.read(spec).compile(None)
    (found,) = raised.value.found
    assert (found.code, found.span.file, found.span.line) == ("unknown-reference", "small.yaml", 10)
    assert found.json()["line"] == 10 and found.json()["hint"] == found.hint
    text = str(raised.value)
    assert text.startswith("small.yaml:10:")
    assert text.endswith("\n\n1 error in small.yaml; `heldout explain unknown-reference` says more")


def test_mistakes_of_a_scale_say_at_which(spec):
    spec.write_text(spec.read_text() + "  tiny: {stages: {model: {objective: ermm}}}\n")
    Source.read(spec).compile(None)
    with pytest.raises(Mistakes, match=r"3 errors in small\.yaml at tiny; `heldout explain"):
        Source.read(spec).compile("tiny")


def test_what_is_no_mapping_has_no_scales(spec):
    spec.write_text("- a\n")
    assert Source.read(spec).scales == ()
    with pytest.raises(Mistakes, match="a study is a mapping"):
        Source.read(spec).study(None)


def test_a_spec_that_is_not_there_names_those_that_are(spec, tmp_path):
    with pytest.raises(Refusal, match=r"there is no file smal\.yaml") as refused:
        Source.read(Path("smal.yaml"))
    assert (refused.value.kind, refused.value.hint) == ("wrong", "there is small.yaml")
    with pytest.raises(Refusal, match="is a folder"):
        Source.read(tmp_path)
    spec.unlink()
    with pytest.raises(Refusal) as refused:
        Source.read(spec)
    assert refused.value.hint == "`heldout new my-study.yaml` writes a first one"


def test_without_a_catalog_something_is_missing(spec, monkeypatch):
    monkeypatch.setattr("heldout.compiler.catalog.catalog_path", lambda: Path("none.json"))
    with pytest.raises(Missing, match=r"no catalog at none\.json"):
        Source.read(spec).compile(None)
