"""What intervals of tables and figures are over, and how often they hold the truth."""

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.machine.report.clusters import units_of, with_clusters
from heldout.runtime.machine.report.figures import caption
from heldout.runtime.machine.report.points import points_of
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

DOMAIN, SEED = Axis("domain", tuple(range(6))), Axis("seed", tuple(range(5)), "count")
METHOD, SIZE = Axis("method", ("erm", "coral"), "named"), Axis("size", (1, 2, 4))
SCORE = {"stage": "score", "port": "table", "metric": "score"}


def results_of(values, axes):
    return rehearsed({"score": whole_stage("score", axes)}, {("score", "table", "score"): values.ravel()})


def the_mean(values, cluster=None):
    """The mean over domains and seeds, with half of its interval, as a table and a figure have it."""
    results = results_of(values[None], (Axis("method", ("erm",)), DOMAIN, SEED))
    declared = {"id": "a", "rows": ["method"], "columns": None, "value": SCORE, "cluster": cluster}
    cell = summary_table(declared, results).blocks[0].rows[0].cells[0]
    points = points_of(results, {"y": SCORE}, {"x": "method"}, {}, clusters=declared)
    assert (points.values["y"][0], points.half[0]) == pytest.approx((cell.mean, cell.half_width))
    return cell.mean, cell.half_width


def test_units_are_the_means_of_the_clusters_levels():
    values = np.random.default_rng(0).normal(size=(6, 5))
    low, high = stats.t.interval(0.95, 5, values.mean(axis=1).mean(), stats.sem(values.mean(axis=1)))
    mean, half = the_mean(values, "domain")
    assert (mean - half, mean + half) == pytest.approx((low, high))


@pytest.mark.parametrize("between", [0.5, 1.0, 2.0])
def test_the_interval_of_clustered_results_holds_the_truth(between):
    # Six domains that differ by `between` times what seeds do: over all thirty values as if they were
    # independent, 86, 72 and 63 % of such intervals held the truth.
    rng = np.random.default_rng(1)
    held = []
    for _ in range(400):
        values = between * rng.normal(size=(6, 1)) + rng.normal(size=(6, 5))
        mean, half = the_mean(values, "domain")
        held.append(abs(mean) <= half)
    assert 0.92 <= np.mean(held) <= 0.98


def test_over_seeds_the_interval_is_about_the_domains_that_were_tried():
    rng = np.random.default_rng(2)
    domains = 2 * rng.normal(size=(6, 1))
    held = []
    for _ in range(400):
        mean, half = the_mean(domains + rng.normal(size=(6, 5)))
        held.append(abs(mean - domains.mean()) <= half)
    assert 0.92 <= np.mean(held) <= 0.98


def test_a_lost_seed_does_not_make_its_domain_count_less():
    values = np.repeat(np.arange(6.0), 5).reshape(6, 5)
    values[0, 1:] = np.nan
    assert the_mean(values, "domain")[0] == 2.5
    assert the_mean(values, "seed")[0] == pytest.approx((2.5 + 4 * 3) / 5)


def test_what_says_which_axis():
    averaged = [DOMAIN, SEED]
    claimed = {"claimed_clusters": ["size", "domain"]}
    assert units_of(averaged, {"cluster": "seed", **claimed}).axis is SEED
    assert units_of(averaged, claimed).axis is DOMAIN
    assert (units_of(averaged, {}).axis, units_of(averaged, {}).named) == (SEED, False)
    assert units_of([DOMAIN], {}).axis is DOMAIN
    assert units_of([DOMAIN, SIZE], {}).axis is None
    assert units_of([DOMAIN, SIZE], {"claimed_clusters": ["domain", "size"]}).axis is SIZE  # has the fewest


def test_claims_on_the_same_metric_name_it():
    parameters = {"metric": SCORE, "pair": ["domain", "seed"], "cluster": "domain", "above": 0}
    other = {**parameters, "metric": SCORE | {"metric": "loss"}, "cluster": "seed"}
    claims = [
        {"id": "a", "kind": "threshold", "parameters": parameters},
        {"id": "b", "kind": "threshold", "parameters": other},
        {"id": "c", "kind": "no-such-kind", "parameters": parameters},
    ]
    table, figure = with_clusters([{"value": SCORE}, {"x": "method", "y": SCORE}], claims)
    assert table["claimed_clusters"] == figure["claimed_clusters"] == ["domain"]


def test_the_page_says_what_an_interval_is_over():
    results = results_of(np.zeros((2, 6, 5)), (METHOD, DOMAIN, SEED))
    declared = {"id": "a", "rows": ["method"], "columns": None, "value": SCORE}

    def said(**cluster):
        points = points_of(results, {"y": SCORE}, {"x": "method"}, {}, clusters=cluster)
        return table_view(summary_table(declared | cluster, results)).note, caption({"y": SCORE}, points)

    for words in said(cluster="domain"):
        assert "95 % t interval over 6 levels of domain, each averaged over seed first" in words
    for words in said():
        assert "95 % t interval over 5 levels of seed, for these very levels of domain" in words


def test_where_nothing_says_what_is_independent_there_is_no_interval():
    axes = (METHOD, DOMAIN, SIZE)
    results = results_of(np.random.default_rng(0).normal(size=(2, 6, 3)), axes)
    table = summary_table({"id": "a", "rows": ["method"], "columns": None, "value": SCORE}, results)
    assert np.isnan(table.blocks[0].rows[0].cells[0].half_width)
    assert (
        "means, no interval, since no `cluster` says which levels of domain and size"
        in table_view(table).note
    )
    points = points_of(results, {"y": SCORE}, {"x": "method"}, {})
    assert not points.has_interval
    assert points.num_values == 18
