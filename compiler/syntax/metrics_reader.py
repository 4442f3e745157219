"""Read what a study says of its metrics, once for all places that show them."""

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.fields import Fields
from heldout.compiler.syntax.study import MetricFacts
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, describe

BETTER = ("higher", "lower")
UNITS = ("percent",)


def read_metrics(node: Mapping | None, problems: list[Diagnostic]) -> tuple[MetricFacts, ...]:
    """`{score.accuracy: {better: higher, unit: percent}}`, with mistakes added to `problems`."""
    found = []
    for key, value in node.entries if node is not None else ():
        if not isinstance(value, Mapping):
            message = f"what is said of a metric is a mapping, not {describe(value)}"
            hint = "write `{better: higher}` or `{unit: percent}`, or both"
            problems.append(Diagnostic("wrong-type", message, value.span, hint))
            continue
        fields = Fields(value, "a metric", problems)
        better = _one_of(fields, "better", BETTER)
        unit = _one_of(fields, "unit", UNITS)
        fields.finish()
        if not value.entries:
            message = f"nothing is said of `{key.value}`"
            hint = "write `better: higher`, `better: lower` or `unit: percent`"
            problems.append(Diagnostic("missing-key", message, key.span, hint))
        found.append(MetricFacts(key, better, unit))
    return tuple(found)


def _one_of(fields: Fields, name: str, options: tuple[str, ...]) -> str | None:
    node: Node | None = fields.take(name)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if isinstance(node, Scalar) and node.value in options:
        return str(node.value)
    hint = f"write {' or '.join(f'`{option}`' for option in options)}"
    fields.add("wrong-value", f"`{name}` cannot be {describe(node)}", node.span, hint)
    return None
