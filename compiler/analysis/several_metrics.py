"""Several metrics in one figure or table, told apart by the word `metric` in the place of an axis."""

from collections.abc import Iterator, Mapping

from heldout.compiler.analysis.claims import plain
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.tree import Node, Sequence

METRIC = "metric"  # one of its levels for each metric
MOST_METRICS = 20


def check_several(
    what: str, metrics: Mapping[str, Node], places: Mapping[str, Node], place: str
) -> Iterator[Diagnostic]:
    """Several metrics stand in one place, and another place tells them apart. Changes nothing.

    Args:
        what: the figure or table, in words.
        metrics: by place, those that name metrics.
        places: all of them.
        place: to propose for what tells metrics apart.
    """
    lists = {name: node for name, node in metrics.items() if isinstance(node, Sequence)}
    apart = [node for name, node in places.items() if name not in metrics and plain(node) == METRIC]
    if not lists:
        for node in apart:
            message = f"{what} has one metric, of which there is nothing to tell apart"
            yield Diagnostic("wrong-value", message, node.span, "list several metrics, or name an axis")
        return
    name, node = next(iter(lists.items()))
    names = [plain(item) for item in each(node)]
    if len(metrics) > 1:
        other = next(one for one in metrics if one != name)
        message = f"{what} holds several metrics against that of `{other}`"
        yield Diagnostic(
            "wrong-value", message, node.span, f"name one metric in `{name}`, or an axis in `{other}`"
        )
    elif not 2 <= len(names) <= MOST_METRICS or len(set(map(str, names))) < len(names):
        message = f"{what} lists {len(names)} metrics, {len(set(map(str, names)))} of them different"
        yield Diagnostic("wrong-value", message, node.span, f"list 2 to {MOST_METRICS} metrics, each once")
    elif len(apart) != 1:
        tells = "nothing" if not apart else "more than one place"
        message = f"{what} has several metrics, and {tells} tells them apart"
        yield Diagnostic("missing-key", message, node.span, f"write `{place}: {METRIC}`")


def names_metrics(node: Node) -> bool:
    """Whether a node names a metric, or lists some."""
    return isinstance(node, Sequence) or "." in str(plain(node))


def each(node: Node) -> tuple[Node, ...]:
    """The items of a list, or the one that stands for itself."""
    return node.items if isinstance(node, Sequence) else (node,)
