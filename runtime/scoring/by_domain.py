"""Means over the rows of each domain, of numbers that each row has."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts import Dataset, Table


def means_by_domain(data: Dataset, scores: Mapping[str, np.ndarray]) -> Table:
    """A table of the mean of each metric in each domain, as groups; empty where there are no domains.

    Args:
        data: the rows.
        scores: [num_rows] by metric.
    """
    metric: list[str] = []
    value: list[float] = []
    group: list[str] = []
    for name in data.domain_names if "domain" in data.rows.column_names else ():
        of = data.domains == name
        metric += scores
        value += [float(values[of].mean()) for values in scores.values()]
        group += [name] * len(scores)
    return Table.columns(metric=metric, value=value, group=pa.array(group, pa.string()))
