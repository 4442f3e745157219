"""Compile a spec: the passes in order, from bytes to a plan."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from heldout.compiler.analysis.arguments import check_arguments
from heldout.compiler.analysis.claims import ResolvedClaim, check_claims, resolve_claims, tests_of
from heldout.compiler.analysis.columns import check_columns
from heldout.compiler.analysis.computed import check_computed, with_inputs
from heldout.compiler.analysis.conjunctions import check_conjunctions, with_shared_parameters
from heldout.compiler.analysis.costs import check_costs
from heldout.compiler.analysis.displays import ResolvedDisplay, check_displays, resolve_displays
from heldout.compiler.analysis.evaluate import NoValue
from heldout.compiler.analysis.firewall import Firewall, check_firewall, follow
from heldout.compiler.analysis.former_names import former_names, with_present_names
from heldout.compiler.analysis.grid import check_grid
from heldout.compiler.analysis.hiding import check_hidden
from heldout.compiler.analysis.looks import looks_of
from heldout.compiler.analysis.metric_facts import check_metric_facts
from heldout.compiler.analysis.names import check_names
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.samples import check_samples, resolve_samples
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.searches import check_searches
from heldout.compiler.analysis.size import num_cells
from heldout.compiler.analysis.spread import check_spread
from heldout.compiler.analysis.training_rows import check_training_rows
from heldout.compiler.catalog import Catalog
from heldout.compiler.diagnostics import Diagnostic, Problems, TooManyProblems
from heldout.compiler.plan.decidability import check_decidable
from heldout.compiler.plan.emptiness import check_cells
from heldout.compiler.plan.empty_gathers import check_gathers
from heldout.compiler.plan.expand import StageExpansion, expand
from heldout.compiler.plan.numbers import check_numbers
from heldout.compiler.plan.packing import Packer, pack_by_hints
from heldout.compiler.plan.plan import Plan, make_plan
from heldout.compiler.plan.spread import check_components_spread
from heldout.compiler.plan.subtypes import check_subtypes
from heldout.compiler.plan.tasks import NO_TASK
from heldout.compiler.plan.uses import Uses, uses
from heldout.compiler.syntax.including import Fetch, fetch_nothing, read_spec
from heldout.compiler.syntax.reader import study_at
from heldout.compiler.syntax.study import Study
from heldout.compiler.syntax.texts import Texts
from heldout.compiler.warnings.clusters import unclustered
from heldout.compiler.warnings.gathers import short_gathers
from heldout.compiler.warnings.idle_resources import idle_resources
from heldout.compiler.warnings.readers import unread
from heldout.compiler.warnings.seeds import unseeded
from heldout.compiler.warnings.unanimity import unanimous

Check = Callable[[Scope, Reaches], Iterator[Diagnostic]]


# The compiler's table of contents. A phase runs when the ones before it found nothing, since its
# checks rest on what they have shown.
PHASES: tuple[tuple[Check, ...], ...] = (
    (check_names,),
    (check_computed,),
    (
        check_arguments,
        check_columns,
        check_costs,
        check_searches,
        check_hidden,
        check_spread,
        check_grid,
        check_claims,
        check_conjunctions,
        check_metric_facts,
        check_displays,
        check_samples,
    ),
    (check_firewall,),
    (check_training_rows,),
)
# What is allowed and rarely meant, looked for in a study without mistakes.
WARNINGS: tuple[Check, ...] = (unseeded, unclustered, unread, idle_resources)


@dataclass(frozen=True)
class Compiled:
    """A study that passed every check, with its plan."""

    study: Study
    catalog: Catalog
    scope: Scope
    reaches: Reaches
    expansions: dict[str, StageExpansion]
    plan: Plan
    firewall: Firewall
    claims: tuple[ResolvedClaim, ...]
    figures: tuple[ResolvedDisplay, ...]
    tables: tuple[ResolvedDisplay, ...]
    samples: tuple[ResolvedDisplay, ...]
    warnings: tuple[Diagnostic, ...]
    texts: Texts

    @property
    def tasks(self) -> set[str]:
        """All of its tasks, each once."""
        return {task for one in self.expansions.values() for task in one.ids if task is not None}

    @cached_property
    def uses(self) -> Uses:
        """The operators and components that it uses, at all levels of its axes."""
        return uses(self.catalog, self.expansions.values(), [test.kind for test in tests_of(self.claims)])

    @property
    def looks(self) -> list[dict[str, Any]]:
        """Where each claim stands that is read at several sizes of the study."""
        return looks_of(self.claims)

    @property
    def operator_files(self) -> tuple[str, ...]:
        """The user's own operator files, by their paths from the spec's folder."""
        return tuple(PurePosixPath(path).as_posix() for path, _ in self.study.operators)

    @property
    def code_files(self) -> tuple[str, ...]:
        """The operator files and all modules beside them that they import, likewise, sorted."""
        files = set(self.operator_files)
        for file, modules in zip(self.operator_files, self.catalog.neighbours, strict=False):
            files |= {(PurePosixPath(file).parent / module).as_posix() for module in modules}
        return tuple(sorted(files))


def reads_of(studies: Iterable[Compiled]) -> dict[str, tuple[str, ...]]:
    """By task of studies, the tasks that it reads."""
    return {
        task: reads
        for compiled in studies
        for expansion in compiled.expansions.values()
        for task, reads in zip(expansion.ids, expansion.reads, strict=True)
        if task is not None
    }


def compile_spec(
    data: bytes,
    file: str,
    scale: str | None,
    catalog: Catalog,
    packer: Packer = pack_by_hints,
    fetch: Fetch = fetch_nothing,
) -> tuple[Compiled | None, list[Diagnostic]]:
    """Compile a spec at a scale.

    Args:
        data: the bytes of the spec.
        file: where they are from, for diagnostics.
        scale: of the study, or None: as it stands.
        catalog: of operators and components.
        packer: says how many tasks of each stage one job holds.
        fetch: gives the bytes of the bases that it includes.

    Returns:
        the compiled study, or None with every mistake of the first phase that found any.
    """
    written = read_spec(data, file, fetch)
    if written.root is None:
        return None, list(written.problems)
    study, found = study_at(written.root, file, scale)
    return (None, found) if study is None or found else compile_study(study, written.texts, catalog, packer)


def compile_study(
    study: Study, texts: Texts, catalog: Catalog, packer: Packer = pack_by_hints
) -> tuple[Compiled | None, list[Diagnostic]]:
    """Compile a study that was read.

    Args:
        study: without mistakes of syntax.
        texts: of its spec.
        catalog: of operators and components.
        packer: says how many tasks of each stage one job holds.

    Returns:
        the compiled study, or None with every mistake of the first phase that found any.
    """
    checked, problems = find_mistakes(study, catalog)
    if checked is None or checked.expansions is None:
        return None, problems
    scope, reaches, expansions = checked.scope, checked.reaches, checked.expansions
    compiled = Compiled(
        study=scope.study,
        catalog=catalog,
        scope=scope,
        reaches=reaches,
        expansions=expansions,
        plan=make_plan(expansions, packer(study.name, expansions)),
        firewall=follow(scope, reaches),
        claims=resolve_claims(scope),
        figures=resolve_displays(scope, scope.study.figures),
        tables=resolve_displays(scope, scope.study.tables),
        samples=resolve_samples(scope),
        warnings=checked.warnings,
        texts=texts,
    )
    return compiled, []


@dataclass(frozen=True)
class CheckedStudy:
    """A study without mistakes.

    Attributes:
        warnings: of what it does and rarely means to.
        expansions: its tasks, by stage; None where it has more cells than were to be laid out.
    """

    scope: Scope
    reaches: Reaches
    warnings: tuple[Diagnostic, ...] = ()
    expansions: dict[str, StageExpansion] | None = None

    @property
    def cells(self) -> int:
        """All that its stages could have, at most."""
        return num_cells(self.scope, self.reaches)

    @property
    def tasks(self) -> int | None:
        """How many different ones there are; None where they were not laid out."""
        if self.expansions is None:
            return None
        return len(set().union(*(one.numbers for one in self.expansions.values())) - {NO_TASK})


def _whole(study: Study, catalog: Catalog) -> Study:
    """A study as it is meant: by present names, with the inputs of what is computed and what tests share."""
    return with_shared_parameters(with_inputs(with_present_names(study, catalog), catalog), catalog)


def find_mistakes(
    study: Study, catalog: Catalog, most_cells: int | None = None
) -> tuple[CheckedStudy | None, list[Diagnostic]]:
    """Look for the mistakes of a study.

    Args:
        study: without mistakes of syntax.
        catalog: of operators and components.
        most_cells: a study of more is not laid out. Then nobody looks for stages that are left without a
            cell, inputs that are given a subtype which they do not take, claims that no result could
            decide, and what parameters cannot take of draws of later trials and of what is computed.

    Returns:
        the study, or None with every mistake of the first phase that found any.
    """
    scope = Scope(_whole(study, catalog), catalog)
    problems = Problems()
    expansions = None
    try:
        reaches = Reaches(scope)
        for phase in PHASES:
            for check in phase:
                for problem in check(scope, reaches):
                    problems.append(problem)
            if problems:
                return None, problems
        checked = CheckedStudy(scope, reaches)
        if most_cells is None or checked.cells <= most_cells:
            expansions = expand(scope, reaches)
            for problem in itertools.chain(
                check_numbers(expansions),
                check_components_spread(expansions),
                check_gathers(expansions),
                check_cells(expansions),
                check_subtypes(scope, reaches, expansions),
                check_decidable(scope, expansions),
            ):
                problems.append(problem)
    except TooManyProblems:
        return None, problems
    except NoValue as error:  # at a trial beyond those that the checks look at
        return None, [Diagnostic("wrong-value", str(error), error.span)]
    if problems:
        return None, problems
    warnings = [*former_names(study, scope), *(one for look in WARNINGS for one in look(scope, reaches))]
    if expansions is not None:
        warnings += itertools.chain(unanimous(scope, expansions), short_gathers(scope, expansions))
    return replace(checked, warnings=tuple(warnings[: Problems.LIMIT]), expansions=expansions), []
