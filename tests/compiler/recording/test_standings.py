import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.ledger.entry import ledger_path
from heldout.compiler.ledger.standing import Standing
from heldout.compiler.recording.record import record_run
from heldout.compiler.recording.standings import standings

FRESH = Standing("fresh")


@pytest.fixture
def recorded(compute, spec):
    record_run(compute(), spec)
    record_run(compute(scale="smoke"), spec, tasks_alone=True)
    return spec


def test_of_every_entry_or_of_one(recorded):
    assert list(standings(recorded)) == [("full", FRESH), ("smoke", FRESH)]
    assert list(standings(recorded, "smoke")) == [("smoke", FRESH)]
    assert list(standings(recorded, "full", load_catalog())) == [("full", FRESH)]


def test_without_a_ledger(spec):
    assert list(standings(spec)) == [(None, Standing("absent"))]
    assert list(standings(spec, "smoke")) == [("smoke", Standing("absent"))]


def test_a_change_at_one_scale_leaves_the_other_fresh(recorded):
    recorded.write_text(recorded.read_text().replace("seed: {count: 1}", "seed: {count: 2}"))
    full, smoke = standings(recorded)
    assert full == ("full", FRESH)
    assert smoke[1].stages == ("split", "model", "score")


def test_a_scale_that_the_spec_no_longer_has(recorded):
    recorded.write_text(recorded.read_text().replace("smoke:", "tiny:"))
    assert [found.state for _, found in standings(recorded)] == ["fresh", "stale"]


def test_other_code_makes_it_stale(recorded):
    catalog = load_catalog()
    operator = catalog.operators["evaluate/classification"].model_copy(update={"digest": "sha256:1"})
    other = catalog.model_copy(
        update={"operators": {**catalog.operators, "evaluate/classification": operator}}
    )
    assert [found.stages for _, found in standings(recorded, "full", other)] == [("score",)]


def test_another_version_of_a_library_makes_it_stale(recorded):
    catalog = load_catalog()
    other = catalog.model_copy(update={"libraries": {**catalog.libraries, "torch": "99.0"}})
    ((_, found),) = standings(recorded, "full", other)
    assert found.stages == ("domains", "split", "model", "score")


@pytest.mark.parametrize("catalog", [None, load_catalog()])
def test_a_spec_with_mistakes(recorded, catalog):
    recorded.write_text(recorded.read_text().replace("use: train/classifier", "use: train/nothing"))
    with pytest.raises(Mistakes, match="unknown-operator"):
        list(standings(recorded, None, catalog))


def test_the_ledger_is_beside_the_spec(recorded):
    assert ledger_path(recorded).name == "small.results.json"
