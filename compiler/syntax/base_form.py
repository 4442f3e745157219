"""What a base may hold: what studies share, and nothing that is a study's own."""

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.fields import SLUG, Fields, check_language, read_name
from heldout.compiler.syntax.overlay import is_nothing
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, describe

DISPLAYS = ("figures", "tables", "samples")
SECTIONS = ("shared", "axes", "zip", "exclude", "stages", "metrics", *DISPLAYS, "scales", "image")
KEYS = ("heldout", "base", "$schema", "notes", "include", *SECTIONS)
# What a study is called, replicates and claims is its own.
OF_STUDIES = ("study", "title", "paper", "claims", "operators")


def is_base(root: Node, text: Text, problems: list[Diagnostic]) -> bool:
    """Whether a file that is included is a base, with its mistakes added where it is not."""
    name = root.get("base") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or name is None:
        found = f": it holds {describe(root)}" if not isinstance(root, Mapping) else ""
        message = f"`{text.path}` is included and is no base{found}"
        hint = "a base starts with `heldout: 1` and `base: NAME`, and holds what studies share"
        problems.append(Diagnostic("no-base", message, root.span, hint))
        return False
    before = len(problems)
    check_language(Fields(root, "a base", problems))
    if isinstance(name, Scalar):
        read_name(name, "a base", SLUG, problems)
    else:
        message = f"a base has a name, not {describe(name)}"
        problems.append(Diagnostic("bad-name", message, name.span, "write `base: tiny-gpt`"))
    for key, _ in root.entries:
        if key.value not in KEYS:
            hint = "write it in each study" if key.value in OF_STUDIES else nearest(key.value, KEYS)
            problems.append(Diagnostic("unknown-key", f"a base has no key `{key.value}`", key.span, hint))
    _refuse_of_studies(root.get("scales"), problems)
    return len(problems) == before


def _refuse_of_studies(scales: Node | None, problems: list[Diagnostic]) -> None:
    """See that a base writes at no scale what belongs to studies; what they have, it may leave out there."""
    for _, scale in scales.entries if isinstance(scales, Mapping) else ():
        for key, node in scale.entries if isinstance(scale, Mapping) else ():
            if key.value in OF_STUDIES and not is_nothing(node):
                message, hint = (
                    f"a base has no key `{key.value}`, at a scale either",
                    "write it in each study",
                )
                problems.append(Diagnostic("unknown-key", message, key.span, hint))
