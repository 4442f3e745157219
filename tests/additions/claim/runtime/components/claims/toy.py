"""toy: a metric is above zero in every observation."""

from heldout.runtime.claim import Reach, claim
from heldout.runtime.components.claims.contract import Observed
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.results import Results


@claim(decided_by=[Reach(lambda num_observations: 2.0**-num_observations)])
def toy(results: Results, *, design: Observed) -> Outcome:
    """A metric is above zero in every observation, as chance has it once in 2^n."""
    values = design.cells(results).values
    every = bool((values > 0).all())
    p = 2.0**-values.size
    return Outcome(
        design.alpha,
        finding=f"{int((values > 0).sum())} of {values.size} are above zero.",
        method="All were counted.",
        effect=float(values.min()),
        holds=every,
        p_claimed=p if every else 1.0,
        p_opposite=1.0,
        smallest_p=p,
        num_units=values.size,
    )
