"""Mappings that are written as a form of an axis, with a word of it wrong, and would be named levels."""

import difflib

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.tree import Mapping, Scalar, Sequence

FORMS = ("count", "levels", "levels_from", "levels_of", "search", "sequence")
BESIDE = ("at_least", "first", "sha256", "title", "with")  # what goes with a form, and is none


def meant_as_form(node: Mapping) -> Diagnostic | None:
    """What is wrong with `{levels_form: cameras.csv, first: 6}`; None of named levels.

    No key of it can be the name of a level that is meant: each is nearly the word of a form, and is given
    what forms are given, or goes with one. `{first: {steps: 1}, last: {steps: 9}}` are two levels.
    """
    wrong = None
    for key, value in node.entries:
        word = str(key.value)
        near = difflib.get_close_matches(word, FORMS, n=1, cutoff=0.8)
        if near and isinstance(value, Scalar | Sequence):
            message, hint = f"an axis has no key `{word}`", f"write `{near[0]}`"
            wrong = Diagnostic("unknown-key", message, key.span, f"{hint}{_as_level(word)}")
        elif word not in BESIDE or (isinstance(value, Mapping) and word != "at_least"):
            return None
        elif wrong is None:
            wrong = _beside(key)
    return wrong


def _beside(key: Scalar) -> Diagnostic:
    if key.value == "with":
        message = "an axis takes no keys over, and the values of its named levels do"
        return Diagnostic("unknown-key", message, key.span, "write `LEVEL: {with: NAME}`")
    goes = "a form of an axis" if key.value == "title" else "`levels_from`"
    message = f"`{key.value}` goes with {goes}, and there is none"
    form = "levels: […]" if key.value == "title" else "levels_from: cameras.csv"
    hint = f"write `{{{form}, {key.value}: …}}`"
    return Diagnostic("unknown-key", message, key.span, f"{hint}{_as_level(str(key.value))}")


def _as_level(word: str) -> str:
    return f"; a level that is called so stands under `levels`: `{{levels: {{{word}: …}}}}`"
