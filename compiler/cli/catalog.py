"""`heldout catalog`: what operators there are, and what each takes and gives."""

from typing import Annotated

import typer

from heldout.compiler.catalog import Catalog, Parameter, load_catalog, shipped
from heldout.compiler.cli.options import Json
from heldout.compiler.diagnostics import nearest
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.terminal import FAILED, print_json, say, show

POSITION = 200


def register(application: typer.Typer) -> None:
    application.command()(catalog)


def catalog(
    name: Annotated[str | None, typer.Argument(help="An operator or component: its whole manual.")] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write the catalog anew from the installed runtime.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the operators, or show the manual of one.

    Examples:

    \b
      heldout catalog
      heldout catalog train/classifier
      heldout catalog objectives/coral
    """
    if update:
        _update()
        return
    known = load_catalog()
    name = known.present(name) if name is not None else None
    if name is None:
        _list(known, as_json)
    elif name in known.operators:
        operator = known.operators[name]
        print_json(operator.model_dump(by_alias=True)) if as_json else _show(
            name, operator.doc, operator.parameters
        )
    else:
        kind, _, component = name.partition("/")
        if component not in known.components.get(kind, {}):
            names = [*known.operators, *(f"{k}/{c}" for k, of in known.components.items() for c in of)]
            raise Refusal(f"nothing is called `{name}`", nearest(name, names))
        found = known.components[kind][component]
        print_json(found.model_dump(by_alias=True)) if as_json else _show(name, found.doc, found.parameters)


def _list(known: Catalog, as_json: bool) -> None:
    summaries = {name: operator.summary for name, operator in known.operators.items()}
    for kind, components in known.components.items():
        summaries |= {f"{kind}/{name}": component.summary for name, component in components.items()}
    if as_json:
        print_json(summaries)
        return
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        show(f"{name:{width}}  {summary}")


def _show(name: str, doc: str, parameters: dict[str, Parameter]) -> None:
    show(f"{name}\n{'=' * len(name)}\n\n{doc}\n")
    for key, parameter in parameters.items():
        default = "required" if parameter.required else f"default {parameter.default!r}"
        prior = (
            f", searched {parameter.prior.name}{list(parameter.prior.arguments)}" if parameter.prior else ""
        )
        show(f"  {key}: {default}{prior}{_told_elsewhere(key, parameter, doc)}")


def _told_elsewhere(key: str, parameter: Parameter, doc: str) -> str:
    """What a parameter is, where the operator's own text does not say it: that of a group."""
    said = parameter.schema_.get("description", "")
    return "" if not said or f"\n    {key}: " in doc else f"; {said}"


def _update() -> None:
    path = shipped("catalog.json")
    if call_runtime("catalog", "-o", path) != 0:
        raise typer.Exit(FAILED)
    say(f"wrote {path}")
