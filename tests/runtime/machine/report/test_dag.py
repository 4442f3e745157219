import re

from heldout.runtime.machine.report.dag import NODE_HEIGHT, NODE_WIDTH, PER_ROW, draw_stages, layers_of, place
from heldout.runtime.results.plan import Stage


def stages(**inputs):
    return {name: Stage(name, "do/it", (), (), 1, {}, tuple(reads), ()) for name, reads in inputs.items()}


def test_layers_are_the_longest_ways():
    inputs = {"data": [], "split": ["data"], "model": ["split"], "score": ["model", "split"]}
    assert layers_of(inputs) == [["data"], ["split"], ["model"], ["score"]]


def test_stages_that_lean_on_each_other_across_steps():
    layers = layers_of({"bi": ["cross"], "cross": ["bi", "encoder"], "encoder": []})
    assert sorted(name for layer in layers for name in layer) == ["bi", "cross", "encoder"]
    picture = draw_stages(stages(bi=["cross"], cross=["bi", "encoder"], encoder=[]))
    assert picture.count('class="edge back"') == 1
    assert picture.count("<path") == 3


def test_a_wide_layer_wraps_and_no_boxes_touch():
    nodes, width, _ = place(stages(root=[], **{f"s{n}": ["root"] for n in range(9)}))
    assert len({node.y for node in nodes.values()}) == 1 + 3  # nine in rows of four
    places = list(nodes.values())
    for one in places:
        assert 0 <= one.x <= width - NODE_WIDTH
        for other in places:
            if one is not other:
                assert abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= NODE_HEIGHT
    assert max(sum(node.y == other.y for other in places) for node in places) <= PER_ROW


def test_names_are_text():
    picture = draw_stages(stages(**{"<script>": []}))
    assert "<script>" not in picture
    assert "&lt;script&gt;" in picture
    assert re.search(r'aria-label="[^"]+"', picture)


def test_a_stage_that_computes_shows_what_in_the_place_of_the_operator():
    picture = draw_stages(stages(score=[], drop=["score"]), {"drop": ["1 - a / b", "a < b"]})
    assert "<title>drop: 1 - a / b, a &lt; b; 1 tasks along no axis</title>" in picture
    assert '"operator" x="74" y="115">1 - a / b, a &lt; b</text>' in picture
    assert picture.count("do/it") == 2  # of the other one: its title and its box


def test_no_stage():
    assert draw_stages({}).startswith("<svg")
