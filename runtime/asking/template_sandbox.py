"""Jinja as chat templates of the hub are written for it, in a sandbox that reads no clock."""

import datetime
import functools
import json
from typing import Any

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import CallBlock, Node
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

# Around what a template says that the model itself wrote. Unicode has no letters of these numbers.
BEGIN, END = "\ufdd0", "\ufdd1"

# What templates take for today: the day that Llama 3.1's own names where it is told none.
TODAY = datetime.date(2024, 7, 26)


class Generation(Extension):
    """`{% generation %}…{% endgeneration %}`: what of a chat the model itself wrote."""

    tags = {"generation"}  # noqa: RUF012 # jinja2's own attribute

    def parse(self, parser: Parser) -> Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return CallBlock(self.call_method("_marked"), [], [], body).set_lineno(line)

    def _marked(self, caller: Macro) -> str:
        return f"{BEGIN}{caller()}{END}"


@functools.lru_cache(maxsize=64)
def compiled(source: str) -> jinja2.Template:
    """A template, with what transformers gives one: `tojson`, `raise_exception`, `strftime_now`, loops.

    Raises:
        jinja2.TemplateError: it is no template.
    """
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = _json
    environment.globals["raise_exception"] = _refused
    environment.globals["strftime_now"] = TODAY.strftime
    return environment.from_string(source)


def _json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **more: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **more)


def _refused(message: str) -> None:
    raise jinja2.TemplateError(message)
