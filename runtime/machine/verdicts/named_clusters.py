"""Which clusters the claims of a study name, by the metric that they are about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from heldout.runtime.claim import Part
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import component_parameters
from heldout.runtime.results.plan import tests_of


def claimed_clusters(claims: Iterable[Mapping[str, Any]]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Each metric, as `metric_key` has it, with the cluster that a claim on it names."""
    for claim in tests_of(claims):
        try:
            parameters = component_parameters(find(f"claims/{claim['kind']}"))
        except ValueError:  # the claim is untested, and says why
            continue
        parts = {
            note: claim["parameters"].get(parameter.name)
            for parameter in parameters
            for note in parameter.notes
            if isinstance(note, Part)
        }
        metric, cluster = parts.get(Part.METRIC), parts.get(Part.CLUSTER)
        if isinstance(metric, Mapping) and cluster:
            yield metric_key(metric), cluster


def metric_key(metric: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a metric is known by: stage, port and name, whatever else is said of it."""
    return tuple(metric.get(part) for part in ("stage", "port", "metric"))
