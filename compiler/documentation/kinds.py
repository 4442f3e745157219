"""The kinds of artifact and their subtypes, from the catalog: what each is, and what holds for it."""

from heldout.compiler.catalog import Catalog, Kind
from heldout.compiler.documentation.markdown import prose, table

FACTS = {
    "large": "archives may leave it out",
    "heavy": "what reads it is not computed again to check an archive",
    "holds_rows": "holds rows that a split may hold out",
    "hides_labels": "can be given without its labels",
    "holds_metrics": "its numbers are metrics",
    "is_number": "is one number, and never stored",
}


def kinds_text(catalog: Catalog) -> str:
    """A table of the kinds of artifact."""
    rows = [
        (f"**{name}**", prose(kind.summary), _facts(kind)) for name, kind in sorted(catalog.kinds.items())
    ]
    return table(["Kind", "What it is", "What holds for all of it"], rows)


def subtypes_text(catalog: Catalog) -> str:
    """A table of the subtypes of every kind."""
    rows = [
        (name, f"**{subtype}**", prose(says))
        for name, kind in sorted(catalog.kinds.items())
        for subtype, says in sorted(kind.subtypes.items())
    ]
    return table(["Kind", "Subtype", "What there is in it"], rows)


def _facts(kind: Kind) -> str:
    extends = [f"is a {', a '.join(kind.extends)}"] if kind.extends else []
    return "; ".join([*extends, *(words for fact, words in FACTS.items() if getattr(kind, fact))])
