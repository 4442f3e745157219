"""The command line: `heldout COMMAND`."""


def main() -> None:
    """The entry point of the command `heldout`."""
    from compiler.cli.application import main as run_application

    run_application()
