"""Groups of stages that lean on each other across the steps of a sequence."""

from collections.abc import Mapping, Set


def recurrent_groups(reads: Mapping[str, Set[str]]) -> tuple[tuple[str, ...], ...]:
    """The strongly connected components of a graph, each after those that it reads.

    Tarjan 1972, "Depth-first search and linear graph algorithms", without recursion, so that a
    long chain of stages cannot exhaust the stack.

    Args:
        reads: for every stage those that it reads, at the same step or an earlier one.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    groups: list[tuple[str, ...]] = []
    for root in reads:
        if root in index:
            continue
        work = [(root, iter(sorted(reads[root])))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            name, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = path.index(name)
                    group, path[cut:] = path[cut:], []
                    on_path -= set(group)
                    groups.append(tuple(group))
            elif child not in index:
                index[child] = low[child] = len(index)
                path.append(child)
                on_path.add(child)
                work.append((child, iter(sorted(reads[child]))))
            elif child in on_path:
                low[name] = min(low[name], index[child])
    return tuple(groups)
