"""Circles as people read them."""


def from_first(circle: list[str], order: tuple[str, ...]) -> list[str]:
    """A circle as it is read, beginning and ending with the one that the spec names first."""
    members = list(reversed(circle[1:]))
    start = members.index(min(members, key=order.index))
    return [*members[start:], *members[: start + 1]]
