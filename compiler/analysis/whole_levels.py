"""Parameters that are given whole levels of an axis, and would be given what the levels hold."""

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.values import takes
from heldout.compiler.catalog import Parameter
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import Literal, MapOf, Reference
from heldout.compiler.syntax.study import Argument, Stage


def whole_levels(scope: Scope, stage: Stage, argument: Argument, parameter: Parameter) -> Diagnostic | None:
    """What is wrong with a parameter that is given whole levels of an axis; None where nothing is.

    It is said once, where the reference stands: what is meant is a field of the levels, or a list of them
    all. Levels that are of a wrong type one by one are not looked at here.
    """
    written = argument.value
    axis = scope.axes.get(written.name) if isinstance(written, Reference) else None
    if not isinstance(written, Reference) or axis is None or parameter.choice is not None:
        return None
    schema, values = parameter.schema_, [axis.value(level, written.field) for level in axis.levels]
    what = f"`{argument.name}` of {stage.use}"
    gathered = axis.name in stage.gathered
    if gathered:
        schema = schema.get("items", {})
    fields = sorted({key for value in values if isinstance(value, MapOf) for key, _, _ in value.entries})
    if fields and all(isinstance(value, MapOf) for value in values) and not takes(schema)({}):
        message = f"{what} is given the whole of each level of `{axis.name}`, a mapping"
        one = f"${{{axis.name}.{fields[0]}}}"
        hint = f"write `${{{axis.name}.level}}` for what a level is called, or a field of it, such as `{one}`"
        return Diagnostic("wrong-value", message, written.span, hint)
    single = all(isinstance(value, Literal) and not takes(schema)(value.value) for value in values)
    if not gathered and schema.get("type") == "array" and single:
        message = f"{what} is a list, and `{written}` is one level of `{axis.name}`"
        hint = f"write `over: [{axis.name}]` for the list of all, or a list: `[{written}]`"
        return Diagnostic("wrong-value", message, written.span, hint)
    return None
