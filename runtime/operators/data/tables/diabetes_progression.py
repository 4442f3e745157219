"""Diabetes a year on: a regression on ten measurements of 442 patients, in domains of one of them."""

from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from sklearn.datasets import load_diabetes

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of


@operator(seconds=0.05)
def diabetes_progression(
    *,
    domain: Literal["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"] = "age",
    domains: Annotated[int, Field(ge=1)] = 4,
) -> Annotated[Dataset, Of("measurements")]:
    """How far diabetes has progressed after a year, from ten measurements of 442 patients.

    Efron et al. 2004, "Least Angle Regression" (Annals of Statistics 32), table 1, as scikit-learn has it:
    age, sex, body mass index, blood pressure and six serum measurements.
    Differs from the paper: the paper has no domains; inputs have variance 1 instead of length 1.

    Args:
        domain: the measurement by which patients are put into domains.
        domains: how many, as equally large as equal values allow: patients with equal values share one.

    Returns:
        `x` [442, 10], float32, each measurement centred and of variance 1 over all patients; `label` the
        progression, 25 to 346, float64; `domain` from 1, the smallest values; the measurements as they were
        taken, a column each; no classes.

    Raises:
        ValueError: equal values are too many for so many domains.
    """
    raw = load_diabetes(scaled=False)
    columns = dict(zip(raw.feature_names, raw.data.T, strict=True))
    values = columns[domain]
    ends = np.quantile(values, np.arange(1, domains) / domains, method="lower")
    place: np.ndarray = np.asarray(np.searchsorted(ends, values, side="left"))
    if (found := len(set(place.tolist()))) < domains:
        raise ValueError(f"{domain} has values for {found} domains, not for {domains}: many are equal")
    rows = pa.table(
        {
            "id": pa.array([f"patient-{number:03d}" for number in range(len(values))]),
            "label": pa.array(raw.target.astype(np.float64)),
            "domain": pa.array([str(number + 1) for number in place.tolist()]),
            **{name: pa.array(column) for name, column in columns.items()},
        }
    )
    x = (raw.data - raw.data.mean(axis=0)) / raw.data.std(axis=0)
    return Dataset(rows=rows, tensors={"x": torch.from_numpy(x.astype(np.float32))})
