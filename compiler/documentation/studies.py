"""Tables of all studies, from their ledgers: each with what it asks and what came out; and by family."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from heldout.compiler.documentation.markdown import prose, table
from heldout.compiler.documentation.results import Results
from heldout.compiler.ledger.entry import Word
from heldout.compiler.ledger.standing import State
from heldout.compiler.words import duration

WORDS: tuple[Word, ...] = ("supported", "contradicted", "undecided", "untested")
STATES: Mapping[State, str] = {"fresh": "fresh", "stale": "stale", "absent": "not yet"}


def studies_text(results: Sequence[Results], families: str) -> str:
    """A table of studies.

    Args:
        results: of the studies.
        families: from the page to the folder of the families' pages.
    """
    head = ["Study", "Family", "Asks", "After", "Claims", "CPU time", "Recorded"]
    rows = [
        (
            f"[`{one.study.name}`]({families}/{one.page})",
            one.family,
            prose(one.study.title),
            one.after,
            _verdicts([one]),
            _took([one]),
            _recorded(one),
        )
        for one in results
    ]
    return table(head, rows)


def families_text(results: Sequence[Results], families: str) -> str:
    """A table of families, each with its studies and what became of their claims.

    Args:
        results: of the studies.
        families: from the page to the folder of the families' pages.
    """
    own: dict[tuple[str, str], list[Results]] = {}
    for one in results:
        own.setdefault((one.family, one.page), []).append(one)
    rows = [
        (
            f"[{family}]({families}/{page})",
            ", ".join(f"`{one.study.name}`" for one in members),
            _verdicts(members),
            _took(members),
            _state(members),
        )
        for (family, page), members in own.items()
    ]
    return table(["Family", "Studies", "Claims", "CPU time", "Recorded"], rows)


def _verdicts(results: Iterable[Results]) -> str:
    """`3 supported, 1 undecided`; claims that no run decides are untested."""
    said: Counter[str] = Counter()
    for one in results:
        if one.entry is not None:
            said.update(verdict.verdict for verdict in one.entry.verdicts or ())
            said["untested"] += len(one.study.untested)
    return ", ".join(f"{said[word]} {word}" for word in WORDS if said[word])


def _took(results: Iterable[Results]) -> str:
    computed = [one.entry.computed for one in results if one.entry is not None]
    seconds = sum(c.cpu_seconds if c.cpu_seconds is not None else c.seconds for c in computed)
    return duration(seconds) if computed else ""


def _recorded(one: Results) -> str:
    """The day of an entry, or that it is stale or absent."""
    day = one.entry.computed.date if one.entry is not None else None
    return day or "yes" if one.standing.state == "fresh" else STATES[one.standing.state]


def _state(results: Sequence[Results]) -> str:
    """How the entries of a family stand: in a word, or how many so and how many so."""
    counts = Counter(one.standing.state for one in results)
    if len(counts) == 1:
        (state,) = counts
        return "yes" if state == "fresh" else STATES[state]
    return ", ".join(f"{counts[state]} {word}" for state, word in STATES.items() if counts[state])
