"""`heldout image`: build, move and check the images that jobs run in."""

import typer

from heldout.compiler.cli.image.build import build
from heldout.compiler.cli.image.listing import list_images
from heldout.compiler.cli.image.pull import pull
from heldout.compiler.cli.image.push import push
from heldout.compiler.cli.image.render import render
from heldout.compiler.cli.image.sif import sif
from heldout.compiler.cli.image.verify import verify

HELP = """Build, move and check the images that jobs run in.

containers/images.yaml has the recipes, each on a base pinned by digest. What was built, pushed or
pulled is pinned in .heldout/images.json (HELDOUT_IMAGES), and jobs run in what is pinned.
"""

images = typer.Typer(
    name="image", help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)
for command in (build, push, pull, verify, sif, render):
    images.command()(command)
images.command("list")(list_images)

POSITION = 180


def register(application: typer.Typer) -> None:
    application.add_typer(images)
