"""The command line: `heldout COMMAND`."""


def main() -> None:
    """The entry point of the command `heldout`."""
    from heldout.compiler.cli.application import main as run_application

    run_application()
