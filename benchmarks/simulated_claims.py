"""Studies in which a claim lies at its very edge, and what is said of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.machine.verdicts.verdicts import examine
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.results import Results

SEEDS, FEW, MANY = 3, 4, 6  # domains: t decides with four, sign flips need five
VERY_MANY = 4_000
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
METRIC = {"stage": "score", "port": "table", "metric": "score"}
OTHER = {"stage": "other", "port": "table", "metric": "other"}
PAIRS = {"metric": METRIC, "pair": ["domain", "seed"]}

Draw = Callable[[np.random.Generator, int], Results]


class Case(NamedTuple):
    """A claim whose effect is exactly the edge of what it says; `draw` makes a study of some domains."""

    kind: str
    parameters: Mapping[str, Any]
    draw: Draw
    data: str = ""
    seeds: int = SEEDS
    parts: tuple[tuple[str, Mapping[str, Any]], ...] = ()


class Study(NamedTuple):
    """A case with a test and the units that it takes."""

    case: Case
    test: str
    cluster: str | None
    domains: int

    def outcome(self, rng: np.random.Generator) -> Outcome:
        over = {"test": self.test} | ({"cluster": self.cluster} if self.cluster else {})
        claim: dict[str, Any] = {"id": "a", "kind": self.case.kind}
        claim["parameters"] = {**self.case.parameters, **over}
        claim["all"] = [{"kind": kind, "parameters": {**own, **over}} for kind, own in self.case.parts]
        found = examine(claim, self.case.draw(rng, self.domains))
        if found.untested:
            raise AssertionError(f"{self.case.kind}: {found.untested}")
        return found


def studies() -> Iterator[Study]:
    """Every kind of claim, with domains that differ as units and with pairs that do not."""
    for case in _cases():
        yield Study(case, "t", "domain", FEW)
        yield Study(case, "sign-flip", "domain", MANY)
    for coefficient in ("pearson", "spearman", "kendall"):
        shared = {"metric": METRIC, "against": OTHER, "axis": "domain", "coefficient": coefficient}
        case = Case("correlate", {**shared, "above": 0.0, "pair": ["seed"]}, _two_metrics)
        yield Study(case, "permutation", None, MANY)
        yield Study(case, "studentized", None, 2 * FEW)
        yield Study(case, "jackknife", None, 2 * FEW)
        yield Study(case, "fisher", None, 2 * MANY)
    # Last, since a study's draws come from its place.
    parameters = {**PAIRS, "axis": "method", "level": 2, "than": [0, 1]}
    case = Case("highest", parameters, _methods([-9.0, 0.0, 0.0]))
    yield Study(case, "t", "domain", FEW)
    yield Study(case, "sign-flip", "domain", MANY)
    one_task_each = {"metric": METRIC, "pair": ["domain"], "axis": "method", "greater": 1, "less": 0}
    case = Case("probability-of-improvement", {**one_task_each, "runs": "seed"}, _methods([0.0, 0.0]))
    yield Study(case, "t", None, FEW)
    yield Study(case, "sign-flip", None, MANY)
    for data in ("normal", "skewed", "lattice"):
        for seeds in (3, 10):
            two = {**PAIRS, "axis": "method", "greater": 1, "less": 0}
            for kind, parameters, methods in (("compare", two, 2), ("threshold", {**PAIRS, "above": 0.0}, 1)):
                case = Case(kind, parameters, _shaped(data, seeds, methods), f"{data}, {seeds} seeds", seeds)
                yield Study(case, "t", "domain", FEW)
                yield Study(case, "t", "domain", 2 * FEW)
                yield Study(case, "sign-flip", "domain", 2 * FEW)

    yield from _of_several()
    yield from _along_sizes()
    yield from _scattered()
    reached = {**PAIRS, "along": "size", "axis": "method", "sooner": 1, "later": 0, "level": 0.5}
    for margin in (0.0, 1.0):
        for data in ("normal", "skewed"):
            case = Case(
                "reaches", {**reached, "margin": margin}, _passing(data, margin), f"margin {margin}, {data}"
            )
            for test, domains in (("t", FEW), ("t", 2 * FEW), ("sign-flip", 2 * FEW)):
                yield Study(case, test, "domain", domains)
    yield from _of_points()
    yield from _of_fits()
    for margin in (1.0, -0.5):
        late = _passing("normal", margin, 4.0 if margin > 0 else 5.0)
        case = Case("reaches", {**reached, "margin": margin}, late, f"margin {margin}, half never pass")
        for test, domains in (("t", FEW), ("t", 2 * FEW), ("sign-flip", 2 * FEW)):
            yield Study(case, test, "domain", domains)
    yield from _of_lines()


def _scattered() -> Iterator[Study]:
    """Runs of two methods that scatter alike, in one setting or in several of other scales."""
    two = {"metric": METRIC, "pair": ["domain"], "axis": "method", "wider": 1, "narrower": 0, "over": "seed"}
    for data in ("normal", "lognormal", "lattice"):
        for seeds, domains in ((6, 1), (10, 1), (6, FEW)):
            case = Case("spread", two, _alike(data, seeds), f"{data}, {seeds} runs", seeds)
            yield Study(case, "t", None, domains)
            yield Study(case, "sign-flip", None, domains)
        for scatter in ("mean-deviation", "standard-deviation"):
            parameters = {**two, "units": "settings", "scatter": scatter}
            case = Case("spread", parameters, _alike(data, 5), f"{scatter}, {data}, 5 runs", 5)
            yield Study(case, "t", None, FEW)
            yield Study(case, "sign-flip", None, MANY)


def _alike(data: str, seeds: int) -> Draw:
    """Runs of one shape in settings of any scale; a lattice has steps of a fifth of a standard deviation."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        shape = (domains, seeds, 2)
        values = rng.normal(size=shape)
        if data == "lognormal":
            values = np.exp(values)
        if data == "lattice":
            values = np.rint(5 * values) / 5
        values = values * np.exp(rng.normal(size=(domains, 1, 1))) + rng.normal(size=(domains, 1, 2))
        return _study(values, domains, {"method": (0, 1)}, seeds)

    return draw


def _along_sizes() -> Iterator[Study]:
    """Curves over sizes: half of them turn within bounds, and those of two methods at the same place."""
    two = {**PAIRS, "along": "size", "axis": "method", "scale": "log"}
    for data in ("normal", "skewed"):
        for test, domains in (("t", FEW), ("t", 2 * FEW), ("sign-flip", 2 * FEW)):
            case = Case("peak", {**two, "earlier": 1, "later": 0}, _turning(data), f"earlier, {data}")
            yield Study(case, test, "domain", domains)
    between = {**PAIRS, "along": "size", "above": 1.0, "below": 16.0}
    for domains in (MANY, 2 * FEW):
        case = Case("peak", {**between, "pair": ["domain"]}, _within_or_not((0.0, 1.0)), "between")
        yield Study(case, "sign-flip", None, domains)
        for words, shares in (("symmetric", (0.0, 1.0)), ("skewed", (1 / 3, 1 / 3, 1 / 3, 1.0))):
            case = Case("peak", between, _within_or_not(shares, SEEDS), f"between, {words} shares")
            yield Study(case, "sign-flip", "domain", domains)


def _turning(data: str) -> Draw:
    """Curves of two methods that turn where domains and seeds have it, with noise on every value."""
    place = np.log(SIZES)

    def draw(rng: np.random.Generator, domains: int) -> Results:
        shape = (domains, 1, 2, 1), (domains, SEEDS, 2, 1)
        moved = [rng.exponential(size=s) - 1 if data == "skewed" else rng.normal(size=s) for s in shape]
        top = place.mean() + 0.7 * (moved[0] + moved[1])
        values = -((place - top) ** 2) + 0.3 * rng.normal(size=(domains, SEEDS, 2, len(SIZES)))
        return _study(values, domains, {"method": (0, 1), "size": SIZES})

    return draw


def _passing(data: str, margin: float, early: float = 1.5) -> Draw:
    """Curves that pass at some size, on the average at a margin more with one method; some never do.

    Args:
        early: the logarithm to base 2 of the size at which the other passes on the average, of 5 at most.
    """

    def draw(rng: np.random.Generator, domains: int) -> Results:
        shape = (domains, 1, 2), (domains, SEEDS, 2)
        moved = [rng.exponential(size=s) - 1 if data == "skewed" else rng.normal(size=s) for s in shape]
        first = early + 0.7 * (moved[0] + moved[1]) + np.log2(1 + margin) * np.array([1.0, 0.0])
        values = (np.log2(SIZES) >= first[..., None]).astype(float)
        return _study(values, domains, {"method": (0, 1), "size": SIZES})

    return draw


def _within_or_not(shares: tuple[float, ...], seeds: int = 1) -> Draw:
    """Curves that turn at size 4, or rise to the last: a domain turns in one of these shares of its seeds."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        turns = rng.random((domains, seeds)) < rng.choice(shares, size=(domains, 1))
        values = np.where(turns[..., None], -np.abs(np.log2(SIZES) - 2), np.log2(SIZES))
        return _study(values, domains, {"size": SIZES}, seeds)

    return draw


def _of_points() -> Iterator[Study]:
    """Correlations over points of methods and sizes, of which methods are independent, or taken not to be."""
    for coefficient in ("pearson", "spearman"):
        shared = {"metric": METRIC, "against": OTHER, "axis": ["domain", "size"], "coefficient": coefficient}
        for data in ("normal", "skewed"):
            case = Case(
                "correlate", {**shared, "above": 0.0}, _two_metrics_of_points(data), f"points, {data}"
            )
            yield Study(case, "permutation", "domain", MANY)
            yield Study(case, "jackknife", "domain", 2 * FEW)
            if data == "normal":
                alone = case._replace(data="points, each taken for a unit")
                yield Study(alone, "permutation", None, MANY)


def _of_fits() -> Iterator[Study]:
    """Curves with an offset, curves of two methods held against each other, and how well they fit."""
    along = {**PAIRS, "axis": "size"}
    sides = {"across": "method", "curve": "power-law"}
    offset = {**along, "curve": "power-law-offset", "below": -0.5}
    for noise in (0.01, 0.05):
        yield from _over_domains(Case("fit", offset, _with_offset(-0.5, noise), f"noise {noise}"))
    larger = {**along, **sides, "greater": 1, "less": 0, "margin": 0.2}
    yield from _over_domains(Case("compare-fits", larger, _with_exponents([-0.5, -0.3])))
    same = {**along, **sides, "level": 1, "reference": 0, "margin": 2.0}
    yield from _over_domains(Case("equivalent-fits", same, _with_exponents([-0.5, 1.5])))
    lines = _curves(1.0, 0.0, spread=0.5)
    good = {**along, "curve": "log-linear"}
    yield from _over_domains(_at_its_edge(Case("fit", good, lines, "goodness"), "goodness", 0.5))
    better = {**along, "curve": "log-linear", "than": "linear"}
    yield from _over_domains(_at_its_edge(Case("better-fit", better, lines), "margin", 0.0))
    freer = {**along, "curve": "quadratic", "than": "linear", "scale": "log"}
    bent = Case("better-fit", freer, _curves(1.0, 0.1, spread=0.5), "one coefficient more")
    yield from _over_domains(_at_its_edge(bent, "margin", 0.0))


def _of_lines() -> Iterator[Study]:
    """Lines of a metric on another that has noise, a tenth of its variance over sizes or three tenths.

    The slope is 1, the last size lies on the line, and where noise is shared the slope is 0. By least squares
    what is claimed lies at its edge of what is measured only where noise is not shared and the slope 0.
    """
    shared = {"metric": METRIC, "against": OTHER, "axis": "size", "pair": ["domain"]}
    off = {"of": "residual", "level": SIZES[-1], "above": 0.0}
    for line in ("instrumental", "ols", "theil-sen"):
        for words, more, slope, common in (
            ("slope 1", {"below": 1.0}, 1.0, 0.0),
            ("slope 0", {"above": 0.0}, 0.0, 0.0),
            ("slope 0, shared noise", {"above": 0.0}, 0.0, 0.8),
            ("residual", off, 1.0, 0.0),
        ):
            for data in ("normal", "skewed", "lattice"):
                draw = _on_a_line(data, slope, 0.1, common)
                case = Case("regress", {**shared, **more, "line": line}, draw, f"{line}, {words}, {data}", 1)
                yield Study(case, "t", None, FEW)
                yield Study(case, "t", None, 10)
                if line == "instrumental":
                    yield Study(case, "sign-flip", None, 10)


def _over_domains(case: Case) -> Iterator[Study]:
    yield Study(case, "t", "domain", FEW)
    yield Study(case, "t", "domain", 2 * FEW)
    yield Study(case, "sign-flip", "domain", MANY)


def _at_its_edge(case: Case, bound: str, anywhere: float) -> Case:
    """A case whose bound is the effect that a study of very many domains has, where no formula says it."""
    parameters = {**case.parameters, "test": "t", "cluster": "domain", bound: anywhere}
    claim = {"id": "a", "kind": case.kind, "parameters": parameters}
    effect = examine(claim, case.draw(np.random.default_rng(0), VERY_MANY)).effect
    return case._replace(parameters={**case.parameters, bound: effect})


def _of_several() -> Iterator[Study]:
    """Claims of several tests, quantified ones and others that came later, at their edges.

    Of claims that need several tests one lies at its edge and the others far inside, where they are supported
    most often, or (`at every edge`) all do, where they are contradicted most often.
    """
    for data in ("normal", "skewed"):
        for seeds in (3, 5, 10):
            for name, (kind, parameters, parts, means) in _several(4).items():
                told = f"{name}, {data}, {seeds} seeds" if name != kind else f"{data}, {seeds} seeds"
                draw = _shaped(data, seeds, len(means), means, exponential=kind == "ratio")
                case = Case(kind, parameters, draw, told, seeds, parts)
                yield Study(case, "t", "domain", FEW)
                yield Study(case, "t", "domain", 2 * FEW)
                yield Study(case, "sign-flip", "domain", 2 * FEW)
            for domains in (FEW, 2 * FEW):
                yield from _settings(data, seeds, domains)


Several = tuple[str, Mapping[str, Any], tuple[tuple[str, Mapping[str, Any]], ...], list[float]]


def _several(far: float) -> Mapping[str, Several]:
    """By name: a kind, its parameters, its parts, and the means of the methods that put it at its edge."""
    two = {**PAIRS, "axis": "method"}
    both = tuple(("compare", {**two, "greater": greater, "less": 0}) for greater in (1, 2))
    others = {**two, "reference": 0, "others": [1, 2], "margin": 0.5}
    least = {**two, "level": 0, "than": [1, 2]}
    between = {**two, "level": 1, "reference": 0, "above": -1.0, "below": far}
    gain = {**two, "greater": 1, "less": 0, "margin": 0.5}
    return {
        "all": ("all", {}, both, [0.0, 0.0, 9.0]),
        "all at every edge": ("all", {}, both, [0.0, 0.0, 0.0]),
        "no-winner": ("no-winner", others, (), [0.0, 0.5, -9.0]),
        "no-winner at every edge": ("no-winner", others, (), [0.0, 0.5, 0.5]),
        "lowest": ("lowest", least, (), [0.0, 0.0, 9.0]),
        "within": ("within", between, (), [0.0, far]),
        "ratio": ("ratio", gain, (), [0.0, float(np.log(1.5))]),
    }


def _settings(data: str, seeds: int, domains: int) -> Iterator[Study]:
    """Wins in all domains but one at least, where one too few are won, and one too few lost; and in most."""
    two = {"metric": METRIC, "pair": ["seed"], "axis": "method", "greater": 1, "less": 0}
    parameters = {**two, "over": "domain"}
    count = domains - 1
    for name, gains in (
        ("", [9.0] * (count - 1) + [0.0] * 2),  # all but two are won, and these are at their edge
        (", all at their edges", [0.0] * count + [-9.0]),  # and here one is lost
    ):
        told = f"{count} of {domains}{name}, {data}, {seeds} seeds"
        draw = _by_setting(data, seeds, gains)
        yield Study(Case("wins", {**parameters, "count": count}, draw, told, seeds), "t", None, domains)
    if domains > FEW:  # of four no result could show it
        most = {**parameters, "share": 0.5}
        case = Case("wins", most, _shaped(data, seeds, 2), f"most, {data}, {seeds} seeds", seeds)
        yield Study(case, "sign-flip", None, domains)


def _by_setting(data: str, seeds: int, gains: list[float]) -> Draw:
    """Two methods in domains that differ in what one gains on the other; seeds are exponential if skewed."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        shape = (domains, seeds, 2)
        values = rng.exponential(size=shape) - 1 if data == "skewed" else rng.normal(size=shape)
        values[..., 1] += np.array(gains)[:, None]
        return _study(values, domains, {"method": (0, 1)}, seeds)

    return draw


def _shaped(
    data: str, seeds: int, methods: int, means: list[float] | None = None, exponential: bool = False
) -> Draw:
    """Domains and seeds that are normal, skewed (domains are exponential, about their mean) or few counts."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        shape = (domains, 1, methods)
        shared = rng.exponential(size=shape) - 1 if data == "skewed" else rng.normal(size=shape)
        values = shared + rng.normal(size=(domains, seeds, methods))
        if data == "lattice":
            values = np.rint(values / 2) / 20
        values = values + np.array(means or [0.0] * methods)
        if exponential:
            values = np.exp(values)
        return _study(values, domains, {"method": tuple(range(methods))}, seeds)

    return draw


def _cases() -> Iterator[Case]:
    two = {**PAIRS, "axis": "method"}
    yield Case("compare", {**two, "greater": 1, "less": 0}, _methods([0.0, 0.0]))
    yield Case("compare", {**two, "greater": 1, "less": 0, "margin": 0.5}, _methods([0.0, 0.5]))
    yield Case("order", {**two, "levels": [0, 1, 2]}, _methods([0.0, 0.0, 9.0]))
    yield Case("threshold", {**PAIRS, "above": 0.5}, _methods([0.5]))
    yield Case("equivalent", {**two, "level": 1, "reference": 0, "margin": 3.0}, _methods([0.0, 3.0]))
    yield Case("at-chance", {**PAIRS, "chance": 0.1, "margin": 2.0}, _methods([2.1]))
    yield Case(
        "interaction",
        {**PAIRS, "axis": "method", "greater": 1, "less": 0, "by": "size", "larger": 32.0, "smaller": 1.0},
        _curves(0.0, 0.0, methods=2),
    )
    along = {**PAIRS, "axis": "size"}
    yield Case("trend", {**along, "direction": "increasing", "scale": "log"}, _curves(0.0, 0.0))
    yield Case("fit", {**along, "curve": "log-linear", "above": 0.7}, _curves(0.7, 0.0))
    yield Case("fit", {**along, "curve": "power-law", "below": -0.5}, _curves(-0.5, 0.0, power_law=True))
    # The slope at the last level is zero: it turns just there.
    end = float(np.log2(SIZES[-1]) - np.log2(SIZES).mean()) * np.log(2)
    yield Case(
        "fit", {**along, "curve": "inverted-u", "scale": "log"}, _curves(2 * 0.8 * end, -0.8, spread=0.05)
    )
    yield Case(
        "steps-to",
        {**PAIRS, "axis": "method", "sooner": 1, "later": 0, "level": 0.5},
        _first_passages,
    )


def _study(
    values: np.ndarray, domains: int, more: Mapping[str, tuple[Any, ...]], seeds: int = SEEDS
) -> Results:
    """Values by domain, seed and the levels of further axes."""
    levels = {"domain": tuple(range(domains)), "seed": tuple(range(seeds)), **more}
    axes = tuple(Axis(name, known) for name, known in levels.items())
    steps = values.shape[len(axes) :]
    given = values.reshape(-1, *steps)
    return rehearsed({"score": whole_stage("score", axes)}, {("score", "table", "score"): given})


def _noise(rng: np.random.Generator, domains: int, *more: int) -> np.ndarray:
    """What a domain shares, by the further axes, and what a seed adds."""
    return rng.normal(size=(domains, 1, *more)) + rng.normal(size=(domains, SEEDS, *more))


def _methods(means: list[float]) -> Draw:
    def draw(rng: np.random.Generator, domains: int) -> Results:
        values = np.array(means) + _noise(rng, domains, len(means))
        return _study(values, domains, {"method": tuple(range(len(means)))})

    return draw


def _curves(
    slope: float, bend: float, methods: int = 1, power_law: bool = False, spread: float = 1.0
) -> Draw:
    place = np.log(SIZES) - np.log(SIZES).mean()

    def draw(rng: np.random.Generator, domains: int) -> Results:
        own = 0.5 * spread * rng.normal(size=(domains, 1, methods, 1)) * place
        noise = spread * _noise(rng, domains, methods, len(SIZES))
        values = slope * place + bend * place**2 + own + noise
        if power_law:
            values = np.exp(values)
        return _study(values, domains, {"method": tuple(range(methods)), "size": SIZES})

    return draw


def _with_offset(exponent: float, noise: float) -> Draw:
    """Losses 2 x^b + 1, of which domains and seeds have exponents of their own, and sizes noise."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        own = exponent + 0.05 * _noise(rng, domains, 1)
        values = 2 * np.array(SIZES) ** own + 1 + noise * _noise(rng, domains, len(SIZES))
        return _study(values, domains, {"size": SIZES})

    return draw


def _with_exponents(exponents: list[float]) -> Draw:
    """Power laws of several methods, each domain's and seed's with an exponent and noise of its own."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        own = np.array(exponents)[:, None] + 0.5 * _noise(rng, domains, len(exponents), 1)
        noise = 0.2 * _noise(rng, domains, len(exponents), len(SIZES))
        values = np.array(SIZES) ** own * np.exp(noise)
        return _study(values, domains, {"method": tuple(range(len(exponents))), "size": SIZES})

    return draw


def _first_passages(rng: np.random.Generator, domains: int) -> Results:
    """Curves that pass after the same number of steps on the average; a sixth do not within 20."""
    first = np.exp(2.2 + 0.6 * _noise(rng, domains, 2))
    steps = np.arange(1, 21)
    return _study((steps >= first[..., None]).astype(float), domains, {"method": (0, 1)})


def _two_metrics(rng: np.random.Generator, domains: int) -> Results:
    """Two metrics of the same domains and seeds that have nothing to do with each other."""
    axes = (Axis("domain", tuple(range(domains))), Axis("seed", tuple(range(SEEDS))))
    stages = {name: whole_stage(name, axes) for name in ("score", "other")}
    drawn = {(name, "table", name): _noise(rng, domains).ravel() for name in stages}
    return rehearsed(stages, drawn)


def _on_a_line(data: str, slope: float, noise: float, common: float) -> Draw:
    """Two metrics by domain and size, of which one is a line on the other but for noise in both.

    Args:
        noise: the share of the variance of the other over sizes.
        common: the correlation of both metrics' noise.
    """
    place = stats.zscore(np.arange(len(SIZES)))
    width = np.sqrt(noise / (1 - noise))

    def drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return width * (rng.exponential(size=shape) - 1 if data == "skewed" else rng.normal(size=shape))

    def draw(rng: np.random.Generator, domains: int) -> Results:
        axes = (Axis("domain", tuple(range(domains))), Axis("size", SIZES))
        own, other = (drawn(rng, (domains, len(SIZES))) for _ in range(2))
        own = common * other + np.sqrt(1 - common**2) * own
        values = {"other": place + other, "score": slope * place + own}
        if data == "lattice":
            values = {name: np.rint(5 * one) / 5 for name, one in values.items()}
        stages = {name: whole_stage(name, axes) for name in values}
        return rehearsed(stages, {(name, "table", name): values[name].ravel() for name in stages})

    return draw


def _two_metrics_of_points(data: str) -> Draw:
    """Two metrics by domain and size, unrelated; domains vary as much as sizes within them."""

    def draw(rng: np.random.Generator, domains: int) -> Results:
        axes = (Axis("domain", tuple(range(domains))), Axis("size", SIZES))
        stages = {name: whole_stage(name, axes) for name in ("score", "other")}
        shapes = (domains, 1), (domains, len(SIZES))
        drawn = {
            (name, "table", name): sum(
                rng.exponential(size=shape) - 1 if data == "skewed" else rng.normal(size=shape)
                for shape in shapes
            ).ravel()
            for name in stages
        }
        return rehearsed(stages, drawn)

    return draw
