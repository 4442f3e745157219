"""The commands: every module of this folder that has `register`, imported when it is asked for.

A module says with `POSITION` where it stands in the list: they are in the order in which a study is made.
"""

import contextlib
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from typer.core import TyperGroup

from heldout.compiler import cli
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.strangers import trust_operators
from heldout.compiler.terminal import say_nothing_more, show_refusal

# Of every command that takes a spec, since that may name operator files.
Trust = Annotated[
    bool, typer.Option("--trust-operators", help="Run operator files that are not yours: programs.")
]

P = ParamSpec("P")
R = TypeVar("R")


class Commands(TyperGroup):
    """Finds the commands: one alone by its module's name, all of them where they are listed."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the command line; its help may be said meanwhile."""
        with _until_the_reader_has_gone():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        with _until_the_reader_has_gone():
            return super().invoke(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None where there is none."""
        if cmd_name not in self.commands and cmd_name in _modules():
            self.commands.update(_commands_of(cmd_name))
        if cmd_name not in self.commands:
            self.list_commands(ctx)  # among which something near it is looked for
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in their order."""
        found = {name: module for name in _modules() if hasattr(module := _module(name), "register")}
        for name in sorted(found, key=lambda name: found[name].POSITION):
            for command, built in _commands_of(name).items():
                self.commands.pop(command, None)
                self.commands[command] = built
        return list(self.commands)


@contextlib.contextmanager
def _until_the_reader_has_gone() -> Iterator[None]:
    """End in silence with exit code 0 where the reader of the output has gone, as `heldout … | head` does."""
    try:
        yield
    except BrokenPipeError as error:
        say_nothing_more()
        raise typer.Exit from error


@functools.cache
def _modules() -> Mapping[str, str]:
    """The modules beside this one, by what a command of theirs is called: `import_` by `import`."""
    return {module.name.rstrip("_"): module.name for module in pkgutil.iter_modules(cli.__path__)}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{cli.__name__}.{_modules()[name]}")


@functools.cache
def _commands_of(name: str) -> Mapping[str, Any]:
    """The commands that a module registers; none where it is part of others."""
    module = _module(name)
    if not hasattr(module, "register"):
        return {}
    own = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    own.callback()(lambda: None)  # else a lone command would have no name
    module.register(own)
    groups = [group.typer_instance for group in own.registered_groups]
    for info in [one for each in (own, *groups) if each is not None for one in each.registered_commands]:
        if info.callback is not None:
            info.callback = _with_trust(_with_refusals(info.callback))
    return typer.main.get_group(own).commands


def _with_refusals(command: Callable[P, R]) -> Callable[P, R]:
    """A command that says why it refuses, as text or with `--json` as JSON, and ends with the exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            raise typer.Exit(show_refusal(refusal, as_json=bool(kwargs.get("as_json")))) from refusal

    return run


def _with_trust(command: Callable[..., R]) -> Callable[..., R]:
    """A command that can be told to run others' operator files, where it takes a spec: it has `--scale`."""
    signature = inspect.signature(command)
    if "scale" not in signature.parameters or "_trust" in signature.parameters:
        return command

    @functools.wraps(command)
    def run(*args: Any, _trust: bool, **kwargs: Any) -> R:
        if _trust:
            trust_operators()
        return command(*args, **kwargs)

    more = inspect.Parameter("_trust", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Trust)
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), more]
    )
    run.__annotations__ = {**command.__annotations__, "_trust": Trust}
    return run
