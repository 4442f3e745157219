"""The page's scripts, all of them inside the page, and the policy that lets nothing else in."""

import base64
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert
from markupsafe import Markup

from heldout.runtime.machine.report.script_cache import cached_script

HERE = Path(__file__).parent
_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def own_script(name: str) -> Markup:
    """A script of this folder."""
    return Markup((HERE / f"{name}.js").read_text(encoding="utf-8"))


@functools.cache
def vega_embed() -> Markup:
    """Vega, Vega-Lite and Vega-Embed (BSD-3-Clause) as one script of 0.9 MB, from vl-convert."""
    made_by = f"vega-embed-{version('vl-convert-python')}.js"
    return Markup(cached_script(made_by, lambda: vl_convert.javascript_bundle(_SNIPPET)))


def script_data(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a `<script>`: no text in it can end the element."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def security_policy(scripts: Sequence[str]) -> str:
    """A content security policy: no request at all, and no script but these."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
