"""Read a claim: one kind of test, several that must all hold, or the reason why no run decides it."""

from dataclasses import replace

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.fields import SLUG, Fields, read_name
from heldout.compiler.syntax.looks_reader import read_looks
from heldout.compiler.syntax.study import ALL, Claim, Untested
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

UNTESTED = "untested"  # in the place of a kind of test
BESIDE = ("says", "looks")  # what a claim says beside its test
KINDS = "write one of `compare:`, `threshold:`, …"


def read_claim(key: Scalar, node: Node, problems: list[Diagnostic]) -> Claim | Untested | None:
    """A claim as it is written; None where it is no claim to speak of."""
    name = read_name(key, "a claim", SLUG, problems)
    if not isinstance(node, Mapping):
        hint = "write `{says: …, compare: {…}}`"
        problems.append(
            Diagnostic("wrong-type", f"a claim is a mapping, not {describe(node)}", node.span, hint)
        )
        return None
    fields = Fields(node, "a claim", problems)
    says = fields.required_text("says", "say in a sentence what is claimed")
    looks = read_looks(fields)
    kinds = [(k, v) for k, v in node.entries if k.value not in BESIDE]
    joined = next((k for k, _ in kinds if k.value == ALL), None)
    if joined is not None:
        parts = _parts(fields, joined, key)
        shared = tuple((k, v) for k, v in kinds if k.value != ALL)
        if not name or not parts:
            return None
        return Claim(name, says, ALL, joined.span, shared, key.span, parts, looks)
    if (beside := node.key("with")) is not None:
        hint = "write it where the parameters stand: `compare: {with: NAME, …}`"
        fields.add("unknown-key", "a claim has no key `with`, and its test has", beside.span, hint)
        return None
    if len(kinds) != 1:
        message = f"a claim has one kind of test, and this one has {len(kinds) or 'none'}"
        hint = f"{KINDS}, `{UNTESTED}:`; or several under `{ALL}:`, where each must hold"
        fields.add("claim-kind", message, key.span, hint)
        return None
    ((kind, parameters),) = kinds
    if kind.value == UNTESTED:
        if looks is not None:
            hint = "leave `looks` out: there is nothing to be read"
            fields.add("claim-kind", f"no run decides the claim `{key.value}`", looks.span, hint)
        reason = fields.required_text(UNTESTED, "say why")
        if isinstance(parameters, Scalar) and parameters.value in ("", None):
            hint = f"say why no run decides it: `{UNTESTED}: A theorem about all algorithms.`"
            fields.add("missing-key", f"the claim `{key.value}` has no reason", kind.span, hint)
        return Untested(name, says, reason) if name is not None else None
    claim = _test(fields, kind, parameters, key, name, says) if name is not None else None
    return replace(claim, looks=looks) if claim is not None else None


def _test(fields: Fields, kind: Scalar, parameters: Node, key: Scalar, name: str, says: str) -> Claim | None:
    """One kind of test with its parameters."""
    if not isinstance(parameters, Mapping):
        message = f"`{kind.value}` is a mapping, not {describe(parameters)}"
        hint = "write its parameters: `{metric: STAGE.METRIC, …}`"
        fields.add("wrong-type", message, parameters.span, hint)
        return None
    if not isinstance(kind.value, str):
        fields.add("claim-kind", f"{describe(kind)} is no kind of test", kind.span, KINDS)
        return None
    return Claim(name, says, kind.value, kind.span, parameters.entries, key.span)


def _parts(fields: Fields, joined: Scalar, key: Scalar) -> tuple[Claim, ...]:
    """The tests of a claim that needs several; none where they are not what they should be."""
    items = fields.sequence(ALL)
    written = fields.node.get(ALL)
    if isinstance(written, Sequence) and len(items) < 2:
        message = f"`{ALL}` joins several tests, and the claim `{key.value}` has {len(items) or 'none'}"
        fields.add("claim-kind", message, joined.span, "write two tests or more, or one without `all`")
        return ()
    parts = []
    for item in items:
        if not isinstance(item, Mapping) or len(item.entries) != 1:
            found = f"a mapping of {len(item.entries)}" if isinstance(item, Mapping) else describe(item)
            message = f"each test of `{ALL}` is one kind with its parameters, not {found}"
            fields.add("claim-kind", message, item.span, "write `- compare: {…}`, with a dash for each test")
            continue
        ((kind, parameters),) = item.entries
        if kind.value in (ALL, UNTESTED):
            hint = "name its tests one by one" if kind.value == ALL else "make it a claim of its own"
            fields.add("claim-kind", f"`{kind.value}` is no test that `{ALL}` could join", kind.span, hint)
            continue
        part = _test(fields, kind, parameters, kind, str(key.value), "")
        parts += [part] if part is not None else []
    return tuple(parts) if len(parts) == len(items) else ()
