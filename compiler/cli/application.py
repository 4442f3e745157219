"""The commands, and what all of them share."""

import io
import locale
import logging
import os
import sys

import typer

from heldout.compiler.cli.commands import Commands
from heldout.compiler.environment import of_the_user
from heldout.compiler.store.trouble import log, tell_anew
from heldout.compiler.terminal import FAILED, INVALID, say
from heldout.version import __version__

INTERRUPTED = 130

EPILOG = """Exit codes: 0 fine, 1 a run failed or tasks in it did, 2 invalid input, 3 something that the
command needs is not installed, 130 interrupted."""

application = typer.Typer(
    name="heldout",
    cls=Commands,
    help="Compile a study of generalization into a Snakemake workflow, run it, and read its verdicts.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    _in_utf8()
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character still shows the rest
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    log.handlers[:] = [_Said()]
    tell_anew()
    try:
        os.environ.update(of_the_user(os.environ))
        _refuse_arguments(sys.argv[1:])
        application()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:  # a folder that cannot be written, a full disk
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        say(f"heldout: {what}", style="red")
        sys.exit(FAILED)


def _in_utf8() -> None:
    """Start again where the locale is not UTF-8, as our files are: Python asks for it when it starts."""
    if locale.getencoding().lower().replace("-", "") != "utf8" and not sys.flags.utf8_mode:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})


class _Said(logging.Handler):
    """Says on standard error what a store's readers warn of."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage(), "yellow")


def _refuse_arguments(arguments: list[str]) -> None:
    """End with exit code 2 where an argument is not UTF-8, as specs, reports and logs are, or is empty."""
    for argument in arguments:
        if not argument:
            say("heldout: an argument is empty", style="red")
            say('leave it out; a variable of the shell may hold nothing: `--scale "$SCALE"`')
            sys.exit(INVALID)
        if any("\ud800" <= c <= "\udfff" for c in argument):
            say(f"heldout: the argument {argument!a} is not UTF-8", style="red")
            sys.exit(INVALID)
