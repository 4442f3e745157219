import pytest

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.catalog import Component
from heldout.compiler.diagnostics import Span
from heldout.compiler.plan.refusals import refusals

COMPONENT = Component.model_validate(
    {
        "digest": "",
        "parameters": {
            "low": {"schema": {}, "part": "above"},
            "high": {"schema": {}, "part": "below"},
            "mode": {"schema": {}},
        },
        "decided": {
            "refused": [
                {
                    "when": {"mode": {"enum": ["open"]}, "high": {"not": {"type": "null"}}},
                    "says": "`{claim}` is {mode} and ends at {high}, not at {nowhere.else}",
                    "write": "leave `high` out",
                }
            ]
        },
    }
)


def found(**parameters):
    claim = ResolvedClaim("a-claim", "…", "kind", COMPONENT, parameters, Span("a.yaml", 1, 1))
    return [(d.code, d.message, d.hint) for d in refusals(claim)]


def test_a_refusal_speaks_of_the_values_that_it_is_for():
    message = "`a-claim` is open and ends at 0.5, not at {nowhere.else}"
    assert found(mode="open", high=0.5, low=None) == [("wrong-value", message, "leave `high` out")]
    assert found(mode="open", high=None, low=None) == []
    assert found(mode="shut", high=0.5, low=None) == []


@pytest.mark.parametrize(
    ("low", "high", "messages"),
    [(1, 0, ["nothing is above 1 and below 0"]), (1, 1, ["nothing is above 1 and below 1"]), (0, 1, [])],
)
def test_what_a_claim_lies_between_leaves_room(low, high, messages):
    assert [message for _, message, _ in found(mode="shut", low=low, high=high)] == messages
