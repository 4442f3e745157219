"""The names that operators and components had before, as each declares them with `formerly`."""

import re
from collections.abc import Collection, Mapping

from heldout.runtime.lookup import Function

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")


def alias_table(
    functions: Mapping[str, Function], names: Collection[str] = (), known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Former name -> present name, of operators as `VERB/NAME` and of components as `KIND/NAME`.

    Args:
        functions: operators and components by name.
        names: of others beside them.
        known: the former names of these.

    Raises:
        ValueError: a former name is none, is a present one, or was that of two.
    """
    aliases = dict(known or {})
    for name, function in sorted(functions.items()):
        for old in _formerly(name, function):
            if not _NAME.fullmatch(old):
                raise ValueError(f"{name} was formerly {old!r}: write a name as a study would, `folder/name`")
            if old in functions or old in names:
                raise ValueError(f"{name} was formerly {old!r}, which is the name of another one now")
            if aliases.get(old, name) != name:
                raise ValueError(f"{aliases[old]} and {name} were both formerly {old!r}")
            aliases[old] = name
    return aliases


def _formerly(name: str, function: Function) -> tuple[str, ...]:
    if hasattr(function, "__operator__"):
        return tuple(function.__operator__["formerly"])
    kind = name.partition("/")[0]
    return tuple(f"{kind}/{old}" for old in function.__component__["formerly"])  # type: ignore[attr-defined]
