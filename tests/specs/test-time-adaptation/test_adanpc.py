"""What the study's design rests on: which rows the memory may hold, and who is compared with whom."""

from pathlib import Path

import numpy as np
import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/test-time-adaptation/adanpc.yaml"


def problems(text):
    return compile_spec(text.encode(), "adanpc.yaml", None, load_catalog())[1]


@pytest.mark.parametrize(
    ("before", "after", "stage"),
    [
        # A memory that starts with labelled rows of the stream itself.
        ("source: ${split.train}", "source: ${split.test}", "adapted"),
        ("source: ${sources.train}", "source: ${target.test}", "successive"),
        # A memory of all rotations, from before the domain was held out.
        ("source: ${split.train}", "source: ${domains}", "adapted"),
        # A network that is trained on what the adapted one was scored on.
        ("data: ${sources.train}", "data: ${target.test}", "source_model"),
    ],
)
def test_a_study_that_leaks_does_not_compile(before, after, stage):
    text = SPEC.read_text()
    assert before in text
    found = problems(text.replace(before, after, 1))
    assert {problem.code for problem in found} == {"held-out-leak"}, "of the stage, and of those like it"
    assert f"`{stage}` trains on" in found[0].message


def test_the_unlabelled_stream_may_be_adapted_to():
    assert problems(SPEC.read_text()) == []


def study(scale="small"):
    compiled, found = compile_spec(SPEC.read_bytes(), "adanpc.yaml", scale, load_catalog())
    assert compiled is not None, found
    return compiled


def test_seeds_are_none_that_were_run_before():
    seeds = set(study().scope.axes["seed"].labels())
    assert len(seeds) == 8
    assert not seeds & {*range(8), 101, 102, 103}, "earlier designs and the pilots"


@pytest.mark.parametrize("scale", ["small", "paper"])
def test_rivals_adapt_the_very_networks_of_the_memory_too(scale):
    compiled = study(scale)
    models = compiled.expansions["source_model"]
    by_cell = np.array(models.ids).reshape(tuple(models.grid.shape.values()))
    by_method = np.moveaxis(by_cell, list(models.grid.axes).index("method"), 0)
    networks = dict(zip(compiled.scope.axes["method"].labels(), by_method.tolist(), strict=True))
    assert networks["tent-on-knn"] == networks["t3a-on-knn"] == networks["adanpc"]
    assert not set(networks["tent"]) & set(networks["adanpc"])
