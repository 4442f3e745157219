"""`heldout new`: begin a study."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, PackageLoader, StrictUndefined

from compiler.catalog import shipped
from compiler.cli.terminal import INVALID, say, stop
from compiler.syntax.fields import SLUG


def register(application: typer.Typer) -> None:
    application.command()(new)


def new(
    spec: Annotated[
        Path, typer.Argument(help="The file to write, such as my-study.yaml.", show_default=False)
    ],
    title: Annotated[str, typer.Option("--title", "-t", help="The question that the study asks.")] = (
        "Does a penalty on the variance of risks help on a rotation never seen in training?"
    ),
) -> None:
    """Write a small study that runs in a minute, to be changed into your own.

    Example: heldout new my-study.yaml --title "Does mixup help on unseen styles?"
    """
    name = re.sub(r"[^a-z0-9]+", "-", spec.stem.lower()).strip("-")
    if spec.suffix not in (".yaml", ".yml") or not SLUG.match(name):
        stop(f"`{spec}` is no name for a spec", INVALID, "use letters, digits and hyphens, ending in .yaml")
    if spec.exists():
        stop(f"{spec} is there already", INVALID, "choose another name; nothing was changed")
    schema = shipped("../schema/study.schema.json")
    relative = os.path.relpath(str(schema), str(spec.parent)) if schema.is_file() else "study.schema.json"
    environment = Environment(
        loader=PackageLoader("compiler.cli", ""), undefined=StrictUndefined, keep_trailing_newline=True
    )
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = environment.get_template("new_study.yaml.jinja").render(name=name, title=quoted, schema=relative)
    spec.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(text)
    say(f"wrote {spec}; next: `heldout check {spec}`, then `heldout run {spec} --scale smoke`")
