"""Read the looks of a claim: the sizes of its study at which it is read."""

from heldout.compiler.syntax.fields import Fields
from heldout.compiler.syntax.study import SPENDING, Looks
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

MOST_LOOKS = 100
FORM = "write `{axis: seed, at: [3, 5, 10]}`"


def read_looks(fields: Fields) -> Looks | None:
    """`looks: {axis: seed, at: [3, 5, 10], spending: pocock}` of a claim; None where there are none."""
    node = fields.take("looks")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if not isinstance(node, Mapping):
        fields.add("wrong-type", f"`looks` is a mapping, not {describe(node)}", node.span, FORM)
        return None
    own = Fields(node, "`looks`", fields.problems)
    axis, sizes = own.take("axis"), own.sequence("at")
    spending = own.take("spending")
    own.finish()
    for name in ("axis", "at"):
        if node.get(name) is None:
            own.add("missing-key", f"`looks` has no `{name}`", node.span, FORM)
    if axis is not None and not (isinstance(axis, Scalar) and isinstance(axis.value, str)):
        own.add("wrong-type", f"`axis` is the name of an axis, not {describe(axis)}", axis.span, FORM)
    at = _sizes(own, sizes)
    chosen = spending.value if isinstance(spending, Scalar) else None
    if spending is not None and chosen not in SPENDING:
        hint = f"write {' or '.join(f'`{one}`' for one in SPENDING)}"
        own.add("wrong-value", f"`spending` cannot be {describe(spending)}", spending.span, hint)
    if at is None or not isinstance(axis, Scalar) or not isinstance(axis.value, str):
        return None
    return Looks(axis, at, SPENDING[0] if spending is None else str(chosen), node.span)


def _sizes(fields: Fields, items: tuple[Node, ...]) -> tuple[int, ...] | None:
    """Whole numbers of levels, each larger than the one before."""
    sizes: list[int] = []
    for item in items:
        size = item.value if isinstance(item, Scalar) else None
        if not isinstance(size, int) or isinstance(size, bool) or size <= (sizes[-1] if sizes else 0):
            message = "each of `at` is a number of levels, larger than the one before"
            fields.add("wrong-value", f"{message}, and not {describe(item)}", item.span, "write `[3, 5, 10]`")
            return None
        sizes.append(size)
    written = fields.node.get("at")
    if isinstance(written, Sequence) and not 2 <= len(sizes) <= MOST_LOOKS:
        found = f"{len(sizes)} size{'s' if len(sizes) != 1 else ''}"
        message = f"`at` has {found}: it is for two looks at least, and {MOST_LOOKS} at most"
        fields.add("wrong-value", message, written.span, "leave `looks` out of a claim that is read once")
        return None
    return tuple(sizes) or None
