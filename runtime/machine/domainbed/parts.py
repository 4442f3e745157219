"""The accuracies of a sweep, one part for each data set and one for their averages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import NamedTuple

from heldout.runtime.machine.domainbed.records import Record
from heldout.runtime.machine.domainbed.selection import PROTOCOLS, selected_accuracy

# What DomainBed's data sets call their environments; those of others are numbered.
ENVIRONMENTS = {
    "ColoredMNIST": ("+90%", "+80%", "-90%"),
    "RotatedMNIST": ("0", "15", "30", "45", "60", "75"),
    "VLCS": ("C", "L", "S", "V"),
    "PACS": ("A", "C", "P", "S"),
    "OfficeHome": ("A", "C", "P", "R"),
    "TerraIncognita": ("L100", "L38", "L43", "L46"),
    "DomainNet": ("clip", "info", "paint", "quick", "real", "sketch"),
}


class At(NamedTuple):
    """A cell: `column` is the position of an environment, or of a data set."""

    algorithm: str
    column: int
    protocol: str
    trial_seed: int


@dataclass(frozen=True)
class Part:
    """Accuracies over algorithms, columns, protocols and trial seeds.

    Attributes:
        name: in a-z, 0-9 and `-`.
        title: in words.
        column: what the columns are levels of, in words.
        columns: environments, or data sets.
        values: those that are there.
        possible: columns and protocols that the sweep made runs for.
        num_runs: finished runs behind it.
    """

    name: str
    title: str
    column: str
    columns: tuple[str, ...]
    values: Mapping[At, float]
    possible: frozenset[tuple[int, str]]
    num_runs: int


def dataset_part(dataset: str, records: Sequence[Record]) -> Part:
    """The accuracies on one data set, selected by each protocol."""
    environments = environments_of(dataset, max(len(r.in_accuracy) for r in records))
    groups: dict[tuple[str, int, int], list[Record]] = {}
    for record in records:
        for held_out in record.test_envs:
            groups.setdefault((record.algorithm, held_out, record.trial_seed), []).append(record)
    values = {}
    for (algorithm, held_out, trial_seed), own in groups.items():
        for protocol in PROTOCOLS:
            found = selected_accuracy(own, held_out, protocol)
            if found is not None:
                values[At(algorithm, held_out, protocol, trial_seed)] = found
    protocols = {at.protocol for at in values}
    return Part(
        name=re.sub(r"[^a-z0-9]+", "-", dataset.lower()).strip("-"),
        title=dataset,
        column="held-out environment",
        columns=environments,
        values=values,
        possible=frozenset(product(range(len(environments)), protocols)),
        num_runs=len({r.run for r in records}),
    )


def environments_of(dataset: str, number: int) -> tuple[str, ...]:
    """The names of a data set's environments; their numbers where it is not one of DomainBed's."""
    known = ENVIRONMENTS.get(dataset, ())
    return known if len(known) == number else tuple(str(env) for env in range(number))


def averages_part(parts: Sequence[Part]) -> Part:
    """The mean over environments, by data set.

    Differs from DomainBed, which averages what is there: a trial that lacks an environment has none.
    """
    values = {}
    for column, part in enumerate(parts):
        for algorithm, protocol, seed in {(at.algorithm, at.protocol, at.trial_seed) for at in part.values}:
            over = [part.values.get(At(algorithm, env, protocol, seed)) for env in range(len(part.columns))]
            there = [value for value in over if value is not None]
            if len(there) == len(over):
                values[At(algorithm, column, protocol, seed)] = fmean(there)
    possible = frozenset((c, protocol) for c, part in enumerate(parts) for _, protocol in part.possible)
    titles = tuple(part.title for part in parts)
    return Part("averages", "Averages over environments", "data set", titles, values, possible, 0)
