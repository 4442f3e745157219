"""How much worse it is where it was not trained."""

from typing import Annotated

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def generalization_gap(seen: Scalar, unseen: Scalar) -> Annotated[Table, Metrics("gap")]:
    """A metric where a model was trained, less the same metric where it was not.

    Cobbe et al. 2019, "Quantifying Generalization in Reinforcement Learning" (arXiv:1812.02341),
    section 2.2: the difference between training and test performance.
    Differs from the paper: nothing. Of a metric that is better when small, a gap is negative.

    Args:
        seen: on what it was trained on, or like it.
        unseen: on what was held out.

    Returns:
        metric `gap`, in the unit of the metric.
    """
    return Table.of({"gap": float(seen) - float(unseen)})
