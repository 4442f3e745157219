"""The commands, and what all of them share."""

import sys

import typer

from compiler import __version__
from compiler.cli import (
    catalog,
    check,
    doctor,
    explain,
    lock,
    logs,
    new,
    plan,
    report,
    run,
    schema,
    status,
    why,
)

EPILOG = """Exit codes: 0 fine, 1 a run failed or tasks in it did, 2 invalid input, 3 something that the
command needs is not installed, 130 interrupted."""

application = typer.Typer(
    name="heldout",
    help="Compile a study of generalization into a Snakemake workflow, run it, and read its verdicts.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# In the order in which a study is made.
for module in (new, check, plan, lock, run, status, logs, why, report, explain, catalog, schema, doctor):
    module.register(application)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"heldout {__version__}")
        raise typer.Exit


@application.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say which version this is."
    ),
) -> None:
    pass


def main() -> None:
    """The entry point of the command `heldout`."""
    try:
        application()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has gone, as `heldout … | head` does
        sys.stderr.close()
        sys.exit(0)
