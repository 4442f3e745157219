"""`heldout catalog`: what operators there are, and what each takes and gives."""

import subprocess
import sys
from typing import Annotated

import typer

from heldout.compiler.catalog import Catalog, Parameter, load_catalog, shipped
from heldout.compiler.diagnostics import nearest
from heldout.compiler.run.environment import runtime_environment
from heldout.compiler.run.workspace import Json
from heldout.compiler.terminal import FAILED, INVALID, print_json, say, stop


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
            stop(f"nothing is called `{name}`", INVALID, nearest(name, names))
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
        typer.echo(f"{name:{width}}  {summary}")


def _show(name: str, doc: str, parameters: dict[str, Parameter]) -> None:
    typer.echo(f"{name}\n{'=' * len(name)}\n\n{doc}\n")
    for key, parameter in parameters.items():
        default = "required" if parameter.required else f"default {parameter.default!r}"
        prior = (
            f", searched {parameter.prior.name}{list(parameter.prior.arguments)}" if parameter.prior else ""
        )
        typer.echo(f"  {key}: {default}{prior}")


def _update() -> None:
    path = shipped("catalog.json")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "heldout.runtime", "catalog", "-o", str(path)],
        env=runtime_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise typer.Exit(FAILED)
    say(f"wrote {path}")
