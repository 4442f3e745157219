"""`heldout new`: begin a study."""

import os
import re
import shlex
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, PackageLoader, StrictUndefined

from heldout.compiler.catalog import shipped
from heldout.compiler.files import write_new
from heldout.compiler.refusal import Refusal
from heldout.compiler.syntax.fields import SLUG
from heldout.compiler.terminal import say

POSITION = 10


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
    """Begin a study from a small one that runs.

    It runs in a minute; change it into your own.

    Example:

    \b
      heldout new my-study.yaml --title "Does mixup help on unseen styles?"
    """
    name = re.sub(r"[^a-z0-9]+", "-", spec.stem.lower()).strip("-")
    if spec.suffix not in (".yaml", ".yml") or not SLUG.match(name) or not str(spec).isprintable():
        hint = "use the letters a to z, digits and hyphens, and end in .yaml: my-study.yaml"
        raise Refusal(f"`{spec}` is no name for a spec", hint)
    question = " ".join(title.split())
    if not question or not question.isprintable():
        raise Refusal("a title is a line of text", "write the question that the study asks")
    schema = shipped("../schema/study.schema.json").resolve()
    folder = spec.parent.resolve()
    near = schema.is_file() and schema.parents[1] in (folder, *folder.parents)
    relative = os.path.relpath(schema, folder) if near else "study.schema.json"
    environment = Environment(
        loader=PackageLoader("heldout.compiler.cli", ""),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    quoted = '"' + question.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = environment.get_template("new_study.yaml.jinja").render(name=name, title=quoted, schema=relative)
    spec.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_new(spec, text)
    except FileExistsError:
        raise Refusal(f"{spec} is there already", "choose another name; nothing was changed") from None
    path = shlex.quote(str(spec))
    say(f"wrote {spec}; next: `heldout check {path}`, then `heldout run {path} --scale smoke`")
    if not near:
        say("for completion in your editor: `heldout schema -o study.schema.json` beside it", style="dim")
