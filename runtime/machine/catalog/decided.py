"""How a claim is decided, as the catalog has it: data that need no Python to be read."""

from collections.abc import Callable, Collection
from typing import Any

from heldout.runtime.claim import UNITS, Decided, Reach

Json = dict[str, Any]

MOST_UNITS = 64
NEGLIGIBLE = 1e-9  # a test that gets below can get as far as anyone asks


def decided_entry(decided: Decided, parameters: Collection[str], where: str) -> Json:
    """What the catalog says of how a claim is decided.

    Args:
        decided: as it is declared.
        parameters: of the claim.
        where: the function, for messages.

    Raises:
        ValueError: it rests on parameters that the claim does not have, or on p-values that are none.
    """
    conditions = [
        *(one.when for one in decided.reaches),
        *(one.when for one in decided.levels),
        *(one.when for one in decided.refused),
    ]
    named = [name for when in conditions for name in when]
    named += [one.over for one in decided.reaches if one.over != UNITS]
    named += [one.of for one in decided.levels]
    named += [name for one in decided.reaches for name in (*(one.partial or ()), *filter(None, [one.base]))]
    for name in named:
        if name not in parameters:
            raise ValueError(f"{where}: it is decided by a parameter {name!r}, which it does not have")
    return {
        "reaches": [_reach(one, where) for one in decided.reaches],
        "levels": [
            {"of": one.of, "fewest": one.fewest, "when": dict(one.when)}
            | ({"are": one.are} if one.are != "any" else {})
            for one in decided.levels
        ],
        "refused": [
            {"when": {n: dict(s) for n, s in one.when.items()}, "says": one.says, "write": one.write}
            for one in decided.refused
        ],
    }


def _reach(reach: Reach, where: str) -> Json:
    values = smallest_p_values(reach.smallest_p, where)
    permutes = {"permutes": True} if reach.permutes else {}
    more: Json = permutes | ({"base": reach.base} if reach.base else {})
    more |= {"partial": list(reach.partial)} if reach.partial else {}
    return {"over": reach.over, "when": dict(reach.when), "smallest_p": values, **more}


def smallest_p_values(smallest_p: Callable[[int], float], where: str) -> list[float]:
    """The smallest p-values by the number of units, from none up; the last is that of all further numbers.

    Raises:
        ValueError: they are no p-values, or more units make them larger.
    """
    values: list[float] = []
    for num_units in range(MOST_UNITS + 1):
        p = float(smallest_p(num_units))
        if not 0 <= p <= (values[-1] if values else 1.0):
            raise ValueError(f"{where}: its smallest p-value of {num_units} units cannot be {p:g}")
        values.append(p)
    values = [p if p >= NEGLIGIBLE else 0.0 for p in values]
    while values[-2:] == values[-1:] * 2:
        values.pop()
    return values
