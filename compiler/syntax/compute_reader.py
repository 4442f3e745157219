"""Read what a stage computes: `compute` in the place of `use`, and names for what it reads."""

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import Arithmetic, Reference
from heldout.compiler.syntax.expression_reader import read_expression
from heldout.compiler.syntax.fields import IDENTIFIER
from heldout.compiler.syntax.study import Argument, Compute
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, describe

COMPUTES = "measure/compute"  # the operator that a stage with `compute` uses
ONLY = "value"  # the metric of a stage that computes one
MAX_METRICS = 64

_HINT = 'write `compute: "${1 - shifted.accuracy / clean.accuracy}"`, or a mapping of several metrics'


def read_compute(node: Node, names: tuple[Argument, ...], problems: list[Diagnostic]) -> Compute:
    """What the key `compute` of a stage says.

    Args:
        node: `${…}`, or a mapping from metrics to such.
        names: the stage's other keys, by which its inputs may be called.
        problems: where mistakes are added.
    """
    entries = node.entries if isinstance(node, Mapping) else ((Scalar(ONLY, node.span), node),)
    if isinstance(node, Mapping) and not 1 <= len(entries) <= MAX_METRICS:
        message = f"`compute` has {len(entries)} metrics; write 1 to {MAX_METRICS}"
        problems.append(Diagnostic("out-of-range", message, node.span, _HINT))
        return Compute((), names)
    metrics = []
    for key, value in entries:
        before = len(problems)
        formula = read_expression(value, problems)
        if not isinstance(key.value, str) or not IDENTIFIER.match(key.value):
            shown = f"`{key.value}`" if isinstance(key.value, str) else describe(key)
            hint = "use lower-case letters, digits and underscores"
            problems.append(Diagnostic("bad-name", f"{shown} is no name for a metric", key.span, hint))
        elif isinstance(formula, Reference | Arithmetic):
            metrics.append((key.value, key.span, formula))
        elif len(problems) == before:
            message = f"`compute` is arithmetic over metrics in `${{…}}`, not {describe(value)}"
            problems.append(Diagnostic("wrong-type", message, value.span, _HINT))
    for name in names:
        if not IDENTIFIER.match(name.name):
            hint = "use lower-case letters, digits and underscores"
            message = f"`{name.name}` is no name for an input"
            problems.append(Diagnostic("bad-name", message, name.name_span, hint))
    return Compute(tuple(metrics), names)
