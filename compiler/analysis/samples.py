"""Check galleries of samples: rows of data that the report shows as they are, cell by cell."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.claims import check_axis, check_where, plain
from heldout.compiler.analysis.displays import ResolvedDisplay
from heldout.compiler.analysis.levels import level_texts, own_levels_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_metrics import ROW_METRICS, row_outputs
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.several_metrics import each
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.study import Display
from heldout.compiler.syntax.tree import Node, Scalar

KEYS = ("rows", "image", "text", "caption", "by", "count", "example", "where", "title")
COLUMNS = ("text", "caption")  # keys that name columns, one or a list
MOST_ROWS = 24  # of one cell
MOST_SHOWN = 240  # of all cells together: the page holds them
DEFAULT_COUNT = 6


def check_samples(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every gallery shows rows that a stage writes down, by axes that it has. Changes nothing."""
    for gallery in scope.study.samples:
        for key, _ in gallery.keys:
            if key.value not in KEYS:
                message = f"samples have no key `{key.value}`"
                yield Diagnostic("unknown-key", message, key.span, nearest(key.value, KEYS))
        yield from _gallery(scope, reaches, gallery)


def _gallery(scope: Scope, reaches: Reaches, gallery: Display) -> Iterator[Diagnostic]:
    keys = {str(key.value): node for key, node in gallery.keys}
    yield from _texts(keys)
    if not keys.keys() & {"image", *COLUMNS}:
        message = f"the samples `{gallery.name}` show nothing of their rows"
        yield Diagnostic("missing-key", message, gallery.span, "write `image: x`, or `text: COLUMN`")
    rows = keys.get("rows")
    if rows is None:
        message = f"the samples `{gallery.name}` have no `rows`"
        yield Diagnostic("missing-key", message, gallery.span, "write `rows: STAGE.OUTPUT`")
        return
    yield from _of_rows(scope, rows, keys)
    stage = str(plain(rows)).partition(".")[0]
    axes = reaches.axes_of_stage(stage) if stage in scope.stages else tuple(scope.axes)
    by = [plain(item) for item in each(keys["by"])] if "by" in keys else []
    for number, item in enumerate(each(keys["by"]) if "by" in keys else ()):
        yield from check_axis(item, axes, stage)
        if plain(item) in by[:number]:
            message = f"the samples `{gallery.name}` are by `{plain(item)}` twice"
            yield Diagnostic("wrong-value", message, item.span, "name each axis once")
    if "where" in keys:
        yield from check_where(scope, keys["where"], axes, stage)
    count = plain(keys["count"]) if "count" in keys else DEFAULT_COUNT
    if not isinstance(count, int) or isinstance(count, bool):
        yield Diagnostic("wrong-type", "`count` is a whole number", keys["count"].span, "write `count: 6`")
        return
    if not 1 <= count <= MOST_ROWS:
        message = f"`count` is {count}; a cell shows 1 to {MOST_ROWS} rows"
        yield Diagnostic("out-of-range", message, keys["count"].span, "write `count: 6`")
        return
    kept = {name: level_texts(levels) for name, levels in (_mapping(keys.get("where"))).items()}
    sizes = [len(kept.get(name, scope.axes[name].levels)) for name in by if name in scope.axes]
    if math.prod(sizes) * count > MOST_SHOWN:
        message = f"{math.prod(sizes):,} cells of {count} rows are more than {MOST_SHOWN}, which a page shows"
        hint = "show fewer levels by `where`, a smaller `count`, or fewer axes in `by`"
        yield Diagnostic("out-of-range", message, gallery.span, hint)


def _texts(keys: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """What is to be a text is one, and columns are texts."""
    for name in ("image", *COLUMNS, "example", "title"):
        items = each(keys[name]) if name in COLUMNS and name in keys else (keys.get(name),)
        for item in items:
            if item is not None and not (isinstance(item, Scalar) and isinstance(item.value, str)):
                what = "names a column" if name in (*COLUMNS, "example") else "is text"
                yield Diagnostic("wrong-type", f"`{name}` {what}", item.span, "write a text")


def _of_rows(scope: Scope, node: Node, keys: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """A node names an output that holds rows, and images are asked of one that has some."""
    stage, _, port = str(plain(node)).partition(".")
    ports = row_outputs(scope, stage)
    if port not in ports if port else len(ports) != 1:
        known = [f"{name}.{one}" for name in scope.stages for one in row_outputs(scope, name)]
        message = f"`{plain(node)}` is no output that holds rows"
        yield Diagnostic("unknown-output", message, node.span, nearest(plain(node), known))
    elif "image" in keys and ROW_METRICS[scope.kind(stage, port or ports[0])] is not None:
        hint = "show the rows of the data that was predicted"
        yield Diagnostic("wrong-value", f"`{plain(node)}` has no images", keys["image"].span, hint)


def _mapping(node: Node | None) -> dict[str, Any]:
    value = plain(node) if node is not None else None
    return value if isinstance(value, dict) else {}


def resolve_samples(scope: Scope) -> tuple[ResolvedDisplay, ...]:
    """Before: samples as written, checked. After: with the output that holds their rows."""
    found = []
    for gallery in scope.study.samples:
        keys: dict[str, Any] = {str(key.value): plain(node) for key, node in gallery.keys}
        stage, _, port = keys["rows"].partition(".")
        port = port or row_outputs(scope, stage)[0]
        keys["rows"] = {"stage": stage, "port": port, "kind": scope.kind(stage, port)}
        for name in ("by", *COLUMNS):
            value = keys.get(name)
            keys[name] = value if isinstance(value, list) else [value] if value is not None else []
        keys["count"] = keys.get("count", DEFAULT_COUNT)
        keys["where"] = own_levels_of(scope, keys.get("where")) or {}
        found.append(ResolvedDisplay(gallery.name, keys))
    return tuple(found)
