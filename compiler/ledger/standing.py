"""How an entry of the ledger stands to the spec and the code as they are now: fresh, stale or absent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from heldout.compiler.compile import Compiled
from heldout.compiler.ledger.basis import basis_of
from heldout.compiler.ledger.entry import Basis, Entry
from heldout.compiler.ledger.reader import read_entry

State = Literal["fresh", "stale", "absent"]
_NAMED = 3  # of what has changed, in words


@dataclass(frozen=True)
class Standing:
    """How an entry stands.

    Attributes:
        stages: that compute other tasks now, or are no more; in the study's order.
        claims, tables: that say something else now, or that the entry does not have or has alone.
    """

    state: State
    stages: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def tasks_changed(self) -> bool:
        """Whether something is to be computed before the study can be recorded again."""
        return self.state == "absent" or bool(self.stages)

    def words(self) -> str:
        """The state, and what has changed."""
        if self.state == "absent":
            return "not recorded yet"
        changed = [
            _named(names, noun)
            for names, noun in ((self.stages, "stage"), (self.claims, "claim"), (self.tables, "table"))
            if names
        ]
        return f"stale: since then {'; '.join(changed)} changed" if changed else "fresh"

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "state": self.state,
            "stages": list(self.stages),
            "claims": list(self.claims),
            "tables": list(self.tables),
        }


def standing(entry: Entry | None, now: Basis) -> Standing:
    """How an entry stands to what a study rests on now.

    It is fresh when the tasks are those recorded, whatever their stages are called, and the claims and
    tables say the same. The order of claims, notes, titles and comments of the spec may change.

    Args:
        entry: None where there is none.
        now: of the study, at the entry's scale.
    """
    if entry is None:
        return Standing("absent")
    then = entry.rests_on
    stages: tuple[str, ...] = ()
    if then.tasks != now.tasks:
        stages = _changed(then.stages, now.stages) or tuple(now.stages)
    claims, tables = _changed(then.claims, now.claims), _changed(then.tables, now.tables)
    return Standing("stale" if stages or claims or tables else "fresh", stages, claims, tables)


def standing_of(spec: Path, compiled: Compiled) -> Standing:
    """How the entry beside a spec stands to the study, at the scale that this was compiled at.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    return standing(read_entry(spec, compiled.study.scale), basis_of(compiled.scope, compiled.expansions))


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    names = dict.fromkeys([*now, *then])
    return tuple(name for name in names if then.get(name) != now.get(name))


def _named(names: Sequence[str], noun: str) -> str:
    """`the stage a has`, `the stages a, b and 3 more have`."""
    shown, more = [f"`{name}`" for name in names[:_NAMED]], len(names) - _NAMED
    if more > 0:
        shown.append(f"{more} more")
    listed = " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
    return f"the {noun} {listed} has" if len(names) == 1 else f"the {noun}s {listed} have"
