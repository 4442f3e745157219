"""The stages of a study as a picture: what is read from what, from top to bottom."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup, escape

from heldout.runtime.results.plan import Stage
from heldout.runtime.results.text import one_line

NODE_WIDTH, NODE_HEIGHT = 148, 46
GAP_X, GAP_Y = 18, 34
PER_ROW = 4
MARGIN = 6
NAME_LETTERS, OPERATOR_LETTERS = 19, 24


class Node(NamedTuple):
    """A stage and its place: the left and top of its box, pixels."""

    stage: Stage
    x: float
    y: float


def layers_of(inputs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Stages by the longest way from a stage that reads nothing; an input of a circle is passed over.

    Stages may lean on each other across the steps of a sequence; such an edge leads back up.
    """
    depth: dict[str, int] = {}
    open_stages: set[str] = set()

    def visit(name: str) -> int:
        if name in depth:
            return depth[name]
        open_stages.add(name)
        above = [visit(other) for other in inputs[name] if other in inputs and other not in open_stages]
        open_stages.discard(name)
        depth[name] = 1 + max(above, default=-1)
        return depth[name]

    for name in inputs:
        visit(name)
    layers: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for name in inputs:
        layers[depth[name]].append(name)
    return layers


def place(stages: Mapping[str, Stage]) -> tuple[dict[str, Node], float, float]:
    """Every stage's place, and the width and height of the picture.

    A layer of many stages wraps into rows; within a layer, stages stand below what they read.
    """
    layers = layers_of({name: stage.inputs for name, stage in stages.items()})
    widest = max((min(len(layer), PER_ROW) for layer in layers), default=1)
    width = widest * (NODE_WIDTH + GAP_X) - GAP_X
    nodes: dict[str, Node] = {}
    y: float = 0
    for layer in layers:
        ordered = sorted(layer, key=lambda name: _centre_of_inputs(stages[name], nodes, width))
        for start in range(0, len(ordered), PER_ROW):
            row = ordered[start : start + PER_ROW]
            left = (width - (len(row) * (NODE_WIDTH + GAP_X) - GAP_X)) / 2
            for number, name in enumerate(row):
                nodes[name] = Node(stages[name], left + number * (NODE_WIDTH + GAP_X), y)
            y += NODE_HEIGHT + GAP_Y
    return nodes, width, max(y - GAP_Y, 0)


def _centre_of_inputs(stage: Stage, nodes: Mapping[str, Node], width: float) -> float:
    above = [nodes[name].x + NODE_WIDTH / 2 for name in stage.inputs if name in nodes]
    return sum(above) / len(above) if above else width / 2


def draw_stages(
    stages: Mapping[str, Stage], computed: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Markup:
    """The picture as SVG to stand in a page, coloured by the page's style sheet.

    Args:
        stages: by name.
        computed: of those that compute, the arithmetic that the study writes, in the place of the operator.
    """
    nodes, width, height = place(stages)
    edges = [
        _edge(nodes[name], node) for node in nodes.values() for name in node.stage.inputs if name in nodes
    ]
    boxes = [_box(node, computed.get(name, ())) for name, node in nodes.items()]
    view = f"{-MARGIN} {-MARGIN} {width + 2 * MARGIN:g} {height + 2 * MARGIN:g}"
    opening = Markup(
        '<svg class="dag" role="img" aria-label="{}" viewBox="{}" width="{}" height="{}">'
    ).format(
        "Stages of the study and what each reads", view, f"{width + 2 * MARGIN:g}", f"{height + 2 * MARGIN:g}"
    )
    return opening + Markup("").join([*edges, *boxes]) + Markup("</svg>")


def _edge(source: Node, target: Node) -> Markup:
    x1, y1 = source.x + NODE_WIDTH / 2, source.y + NODE_HEIGHT
    x2, y2 = target.x + NODE_WIDTH / 2, target.y
    back = y2 < y1
    bend = max(abs(y2 - y1) / 2, GAP_Y / 2)
    return Markup('<path class="edge{}" d="M{:g},{:g}C{:g},{:g} {:g},{:g} {:g},{:g}"/>').format(
        " back" if back else "", x1, y1, x1, y1 + bend, x2, y2 - bend, x2, y2
    )


def _box(node: Node, written: Sequence[str]) -> Markup:
    stage = node.stage
    formulas = [one_line(text) for text in written]
    what = ", ".join(formulas) or stage.operator  # which all stages share that compute
    axes = ", ".join(axis.name for axis in stage.axes) or "no axis"
    return Markup(
        '<g><title>{}: {}; {} tasks along {}</title><rect x="{:g}" y="{:g}" width="{}" height="{}" rx="6"/>'
        '<text class="stage" x="{:g}" y="{:g}">{}</text>'
        '<text class="operator" x="{:g}" y="{:g}">{}</text></g>'
    ).format(
        stage.name,
        what,
        stage.num_tasks,
        axes,
        node.x,
        node.y,
        NODE_WIDTH,
        NODE_HEIGHT,
        node.x + NODE_WIDTH / 2,
        node.y + 19,
        _short(stage.name, NAME_LETTERS),
        node.x + NODE_WIDTH / 2,
        node.y + 35,
        _short(what, OPERATOR_LETTERS),
    )


def _short(text: str, letters: int) -> Markup:
    return escape(text if len(text) <= letters else text[: letters - 1] + "…")
