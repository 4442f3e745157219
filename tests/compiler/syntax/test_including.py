"""Bases that a spec includes: what the study means then, in which order they are read, within what bounds."""

import itertools

import pytest

from heldout.compiler.compile import compile_spec
from heldout.compiler.syntax.including import MAX_BASES, NotFetched, read_spec
from heldout.compiler.syntax.yaml_reader import MAX_BYTES, MAX_NODES

BASE = """\
heldout: 1
base: digits
notes: For the tests of this module.
axes:
  method: {erm: {}, coral: {penalty: 1.0}, irm: {penalty: 7}}
  seed: {count: 3}
shared:
  tuning: {steps: 40, learning_rate: 0.01}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, with: tuning, data: "${split.train}", objective: "${method}",
          seed: "${seed}"}
  plain: {use: train/classifier, data: "${split.train}", objective: erm, seed: 0}
scales:
  smoke: {axes: {method: [erm, coral], seed: {count: 1}}, stages: {model: {steps: 1}, plain: {steps: 2}}}
  long: {shared: {tuning: {steps: 900}}}
"""
STUDY = """\
heldout: 1
study: a
include: bases/digits.yaml
axes:
  method: [coral, erm]
shared:
  tuning: {steps: 50}
stages:
  model: {learning_rate: 0.5}
  plain: null
  fewer: {like: model, steps: 3}
scales:
  smoke: {stages: {model: {learning_rate: 0.1}, fewer: null}}
  long: null
"""
# The same study in one file, written out by hand.
FLAT = """\
heldout: 1
study: a
axes:
  method: {coral: {penalty: 1.0}, erm: {}}
  seed: {count: 3}
shared:
  tuning: {steps: 50, learning_rate: 0.01}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, with: tuning, data: "${split.train}", objective: "${method}",
          seed: "${seed}", learning_rate: 0.5}
  fewer: {use: train/classifier, with: tuning, data: "${split.train}", objective: "${method}",
          seed: "${seed}", learning_rate: 0.5, steps: 3}
scales:
  smoke:
    axes: {method: [erm, coral], seed: {count: 1}}
    stages: {model: {steps: 1, learning_rate: 0.1}, fewer: null}
"""


def fetched(**files):
    """What gives the files of a folder `bases`, and notes which were asked for."""
    asked = []

    def fetch(path):
        asked.append(path)
        folder, _, name = path.rpartition("/")
        if folder != "bases" or name.removesuffix(".yaml") not in files:
            raise NotFetched(f"there is no file `{path}`")
        return files[name.removesuffix(".yaml")].encode()

    fetch.asked = asked
    return fetch


def base(name, more=""):
    return f"heldout: 1\nbase: {name}\n{more}"


def tasks(compiled):
    return {name: expansion.ids for name, expansion in compiled.expansions.items()}


@pytest.mark.parametrize("scale", [None, "smoke"])
def test_its_tasks_are_those_of_the_same_study_in_one_file(catalog, scale):
    over, found = compile_spec(STUDY.encode(), "a.yaml", scale, catalog, fetch=fetched(digits=BASE))
    assert found == []
    flat, found = compile_spec(FLAT.encode(), "a.yaml", scale, catalog)
    assert found == []
    assert tasks(over) == tasks(flat)
    assert over.study.scales == flat.study.scales == ("smoke",)
    assert over.study.notes == "" and over.study.name == "a"


def test_every_base_is_read_once_after_those_that_it_includes():
    files = {
        "a": base("a", "include: low.yaml\nimage: cpu\n"),
        "b": base("b", "include: [low.yaml, lower.yaml]\n"),
        "low": base("low", "include: lower.yaml\nstages: {x: {use: u, p: 1, q: 1}}\n"),
        "lower": base("lower", "stages: {x: {use: v}, y: {use: w}}\n"),
    }
    fetch = fetched(**files)
    text = "heldout: 1\nstudy: s\ninclude: [bases/a.yaml, bases/../bases/b.yaml]\nstages: {x: {p: 2}}\n"
    written = read_spec(text.encode(), "specs/f/s.yaml", fetch)
    assert written.problems == ()
    names = ["bases/lower.yaml", "bases/low.yaml", "bases/a.yaml", "bases/b.yaml"]
    assert [text.path for text in written.texts.bases] == names
    assert sorted(fetch.asked) == sorted(names)
    assert [text.file for text in written.texts.bases] == [f"specs/f/{name}" for name in names]
    stages = {key.value: node for key, node in written.root.get("stages").entries}
    assert {key.value: node.value for key, node in stages["x"].entries} == {"use": "u", "p": 2, "q": 1}
    # `x` is called what it is by its first whole place, and each key stands where it was written last.
    assert stages["x"].key("p").span.file == "specs/f/s.yaml"
    assert stages["x"].key("q").span.file == "specs/f/bases/low.yaml"
    assert {key.value for key in dict(written.root.entries)} == {"heldout", "study", "stages", "image"}


def by_two_paths(**files):
    """The same files in `bases` and, seen from the spec's folder, in `../specs/bases`."""
    fetch = fetched(**files)
    return lambda path: fetch(path.replace("../specs/", ""))


def test_a_base_that_two_paths_lead_to_is_laid_once():
    files = {
        "low": base("low", "stages: {x: {use: u, p: 1}}\n"),
        "over": base("over", "include: ../../specs/bases/low.yaml\nstages: {x: {p: 2}}\n"),
    }
    text = "heldout: 1\nstudy: s\ninclude: [bases/low.yaml, bases/over.yaml, ../specs/bases/low.yaml]\n"
    written = read_spec(text.encode(), "specs/s.yaml", by_two_paths(**files))
    assert written.problems == ()
    stages = {key.value: node for key, node in written.root.get("stages").entries}
    assert stages["x"].get("p").value == 2, "what is laid over it stays over it"
    held = [text.path for text in written.texts.bases]
    assert held == ["bases/low.yaml", "bases/over.yaml", "../specs/bases/low.yaml"], "an archive needs all"


def test_a_circle_through_two_paths_is_one():
    files = {"a": base("a", "include: ../../specs/bases/a.yaml\n")}
    text = b"heldout: 1\nstudy: s\ninclude: bases/a.yaml\n"
    (problem,) = read_spec(text, "specs/s.yaml", by_two_paths(**files)).problems
    assert (problem.code, problem.message.rpartition(": ")[2]) == (
        "base-circle",
        "bases/a.yaml → ../specs/bases/a.yaml",
    )


def test_the_hash_of_all_texts_is_that_of_the_file_where_it_includes_nothing():
    plain = read_spec(b"heldout: 1\n", "a.yaml").texts
    assert plain.sha256 == plain.spec.sha256
    text = b"heldout: 1\ninclude: bases/a.yaml\n"
    one = read_spec(text, "a.yaml", fetched(a=base("a"))).texts
    other = read_spec(text, "a.yaml", fetched(a=base("a", "# edited\n"))).texts
    assert len({one.sha256, other.sha256, one.spec.sha256}) == 3


@pytest.mark.parametrize(("count", "codes"), [(MAX_BASES, []), (MAX_BASES + 1, ["out-of-range"])])
def test_so_many_bases_and_no_more(count, codes):
    links = itertools.pairwise([f"b{number}" for number in range(count)])
    files = {one: base(one, f"include: {other}.yaml\n") for one, other in links} | {
        f"b{count - 1}": base("last")
    }
    written = read_spec(b"heldout: 1\ninclude: bases/b0.yaml\n", "a.yaml", fetched(**files))
    assert [d.code for d in written.problems] == codes


@pytest.mark.parametrize(
    "more",
    [
        "notes: " + "x" * (MAX_BYTES // 2) + "\n",
        "axes: {a: [" + "1, " * (MAX_NODES // 2) + "1]}\n",
    ],
    ids=["bytes", "values"],
)
def test_all_texts_together_are_no_larger_than_a_spec_may_be(more):
    text = b"heldout: 1\ninclude: [bases/a.yaml, bases/b.yaml]\n"
    written = read_spec(text, "a.yaml", fetched(a=base("a", more), b=base("b", more)))
    assert [(d.code, d.span.line) for d in written.problems] == [("yaml-size", 2)]
    assert written.root is None
    assert read_spec(text, "a.yaml", fetched(a=base("a", more), b=base("b"))).problems == ()


def test_what_is_no_base_counts_too_and_is_not_parsed_where_it_is_too_much():
    half = "- " + "x" * (MAX_BYTES // 2) + "\n"
    text = b"heldout: 1\ninclude: [bases/a.yaml, bases/b.yaml, bases/c.yaml]\n"
    written = read_spec(text, "a.yaml", fetched(a=half, b=half, c=half))
    found = [(d.code, d.span.file) for d in written.problems]
    assert found == [("no-base", "bases/a.yaml"), ("yaml-size", "a.yaml"), ("yaml-size", "a.yaml")]


def test_a_base_is_wrong_once_however_often_it_is_included():
    files = {"a": base("a", "include: c.yaml\n"), "b": base("b", "include: c.yaml\n"), "c": "- 1\n"}
    text = b"heldout: 1\ninclude: [bases/a.yaml, bases/b.yaml]\n"
    written = read_spec(text, "a.yaml", fetched(**files))
    assert [(d.code, d.span.file) for d in written.problems] == [("no-base", "bases/c.yaml")]
    assert "bases/c.yaml" in written.texts.decoded  # by which it is drawn


def test_a_text_that_is_no_file_includes_nothing():
    written = read_spec(b"heldout: 1\ninclude: b.yaml\n", "a.yaml")
    assert [d.code for d in written.problems] == ["missing-base"]
