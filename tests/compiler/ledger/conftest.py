"""A small entry, as a value that tests change."""

from typing import Any

import pytest

VERDICT = {
    "id": "helps",
    "says": "CORAL is the better.",
    "kind": "compare",
    "verdict": "undecided",
    "finding": "coral minus erm: mean 0.10 (95 % interval −0.02 to 0.22).",
    "method": "The mean of 12 paired differences.",
    "effect": 0.1,
    "null": 0.0,
    "holds": True,
    "interval": [-0.02, 0.22],
    "p_claimed": 0.03,
    "p_opposite": 0.98,
    "p_claimed_adjusted": 0.06,
    "p_opposite_adjusted": 1.0,
    "smallest_p": 0.015625,
    "alpha": 0.05,
    "num_claims": 2,
    "num_units": 6,
    "spread": 0.11,
    "standardized": 0.9,
    "standardized_interval": [-0.1, 1.9],
}
TABLE = {
    "id": "accuracy",
    "title": "Accuracy",
    "note": "Accuracy, in percent.",
    "axes": {"method": "method", "held_out": "held out"},
    "columns": "held_out",
    "unit": "percent",
    "decimals": 1,
    "cells": [
        {"at": ["erm", "0"], "mean": 0.5, "half_width": 0.1, "runs": 3},
        {"at": ["erm", None], "mean": 0.5, "runs": 3},
        {"at": ["coral", "0"], "mean": 0.625, "half_width": 0.1, "runs": 2, "missing": 1, "best": True},
        {"at": ["coral", None], "mean": 0.625, "runs": 3, "best": True},
    ],
}
ENTRY = {
    "spec": "1" * 64,
    "rests_on": {
        "tasks": "2" * 64,
        "stages": {"domains": "3" * 64, "model": "4" * 64, "score": "5" * 64},
        "claims": {"helps": "6" * 64},
        "tables": {"accuracy": "7" * 64},
    },
    "computed": {
        "tasks": 31,
        "seconds": 12.5,
        "cpu_seconds": 10.25,
        "date": "2026-11-30",
        "heldout": "0.1.0",
        "environments": [{"about": {"python": "3.11.7", "torch": "2.13.0"}, "tasks": 31}],
    },
    "verdicts": [VERDICT],
    "tables": [TABLE],
}


@pytest.fixture
def written() -> dict[str, Any]:
    """A ledger as its file has it, with one entry, of the scale `small`."""
    import copy

    return {"heldout": 1, "study": "a", "scales": {"small": copy.deepcopy(ENTRY)}}
