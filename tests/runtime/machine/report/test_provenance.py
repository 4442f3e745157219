import pytest

from heldout.runtime.machine.report.provenance import provenance


def test_all_that_the_results_were_made_from_is_counted_once(results, store, declared):
    found = provenance(declared["stages"][1]["cells"], store)
    # 36 scores of half a second, and the 18 models that they read, of ten.
    assert found.num_tasks == 36 + 18
    assert found.seconds == pytest.approx(36 * 0.5 + 18 * 10)
    (environment,) = found.environments
    assert (environment.level, environment.about, environment.num_tasks) == (
        "bitwise",
        (("device", "cpu"),),
        54,
    )
    assert "the same bytes again" in environment.promise


def test_environments_partial_results_and_old_records(store):
    store.records = {
        "a" * 64: {"seconds": 1.0, "environment": {"level": "deterministic-kernels", "gpu": "X"}},
        "b" * 64: {"seconds": 2.0, "missing": ["m" * 64], "inputs": {"models": [{"task": "a" * 64}, None]}},
    }
    found = provenance(["b" * 64, "c" * 64], store)
    assert (found.num_tasks, found.seconds, found.num_partial) == (2, 3.0, 1)
    assert [(e.level, e.num_tasks) for e in found.environments] == [
        ("deterministic-kernels", 1),
        ("not recorded", 1),
    ]


def test_the_days_of_the_first_and_the_last_task(store):
    # 1,000,000,000 s are 2001-09-09 01:46:40 UTC; a day has 86,400 s.
    store.records = {
        "a" * 64: {"finished": 1_000_000_000.0},
        "b" * 64: {"finished": 1_000_000_000.0 + 2 * 86_400},
        "c" * 64: {},
    }
    assert provenance(store.records, store).days == ("2001-09-09", "2001-09-11")
    assert provenance(["c" * 64], store).days is None
