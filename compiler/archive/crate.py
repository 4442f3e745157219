"""The archive as a Workflow Run RO-Crate, in the Provenance Run Crate profile.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1); Workflow Run RO-Crate 0.5
(https://w3id.org/ro/wfrun/provenance/0.5): the study's workflow with a step for each stage, the
run of the workflow, and a run of the stage's operator for each job of a stage.
Differs from the profile: nothing is said of single tasks, of which a job runs many; their records
in `store/` have parameters, inputs, times and environments.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from heldout.compiler.archive import contents
from heldout.compiler.archive.sources import Source, size_of

_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
}
_VERSION = "0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_FORMATS = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".parquet": "application/vnd.apache.parquet",
    ".tex": "application/x-tex",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".py": "text/x-python",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Job:
    """A run of some tasks of a stage.

    Attributes:
        name: the shard's.
        tasks: how many of them have results.
        began, ended: of those, as ISO 8601; None where there are none.
        failed: how many have none.
    """

    stage: str
    name: str
    tasks: int
    failed: int
    began: str | None
    ended: str | None

    @property
    def plan(self) -> str:
        """The file that says what it ran."""
        return f"{contents.PLAN}/{self.stage}/{self.name}.json"

    @property
    def done(self) -> str:
        """The file that says how it went."""
        return f"{contents.DONE}/{self.stage}/{self.name}.json"


@dataclass(frozen=True)
class Described:
    """What the metadata say of an archive besides its files.

    Attributes:
        operators: by stage, in the order of the plan.
        image: the container's reference, where the image has been pinned.
        software: versions of heldout and Snakemake.
    """

    study: str
    title: str
    description: str
    license: str
    spec: str
    operators: Mapping[str, str]
    summaries: Mapping[str, str]
    jobs: Sequence[Job]
    image: Mapping[str, Any]
    software: Mapping[str, str]


def metadata(about: Described, files: Mapping[str, Source]) -> bytes:
    """ro-crate-metadata.json: a function of its arguments alone."""
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(_TERMS)
    root = crate.root_dataset
    root["name"], root["description"] = about.title, about.description
    root["license"] = about.license
    times = [time for job in about.jobs for time in (job.began, job.ended) if time is not None]
    root["datePublished"] = max(times, default="1980-01-01T00:00:00+00:00")
    engine = _add(crate, "#snakemake", "SoftwareApplication", name="Snakemake", **_snakemake(about))
    entities = _files(crate, about, files)
    workflow = _workflow(crate, about)
    steps = _steps(crate, workflow, about)
    image = _image(crate, about)
    runs, controls = _jobs(crate, about, entities, steps, image)
    run = _add(crate, "#run", "CreateAction", name=f"Run of the study {about.study}", **_span(times))
    run["instrument"] = workflow
    run["object"] = [entities[about.spec]]
    run["result"] = _results(entities)
    organize = _add(crate, "#engine-run", "OrganizeAction", name="Run of Snakemake", **_span(times))
    organize["instrument"], organize["object"], organize["result"] = engine, controls, run
    root["mentions"] = [run, organize, *runs]
    root["conformsTo"] = [
        *(_add(crate, uri, "CreativeWork", name=name, version=_VERSION) for uri, name in _PROFILES.items()),
        _add(
            crate,
            "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
            "CreativeWork",
            name="Workflow RO-Crate",
            version="1.0",
        ),
    ]
    return (json.dumps(crate.metadata.generate(), indent=1, sort_keys=True) + "\n").encode()


def _add(crate: ROCrate, identity: str, kind: str | list[str], **properties: Any) -> Entity:
    kept = {key: value for key, value in properties.items() if value is not None}
    return crate.add(ContextEntity(crate, identity, properties={"@type": kind, **kept}))


def _snakemake(about: Described) -> dict[str, str]:
    return {"softwareVersion": about.software["snakemake"], "url": "https://snakemake.github.io"}


def _span(times: Sequence[str]) -> dict[str, str]:
    return {"startTime": min(times), "endTime": max(times)} if times else {}


def _files(crate: ROCrate, about: Described, files: Mapping[str, Source]) -> dict[str, Entity]:
    """Every file but those of the store and the workflow's own, which stand for one another."""
    entities = {}
    for name in sorted(files):
        if name.startswith(f"{contents.STORE}/") or name == f"{contents.WORKFLOW}/Snakefile":
            continue
        suffix = name[name.rfind(".") :]
        properties = {"name": name, "contentSize": str(size_of(files[name]))}
        if suffix in _FORMATS:
            properties["encodingFormat"] = _FORMATS[suffix]
        entities[name] = crate.add_file(dest_path=name, properties=properties)
    store = {"name": "Results of the tasks", "description": "One folder a task, named by its identity"}
    entities[contents.STORE] = crate.add_dataset(dest_path=f"{contents.STORE}/", properties=store)
    return entities


def _workflow(crate: ROCrate, about: Described) -> Entity:
    name = f"{contents.WORKFLOW}/Snakefile"
    kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    properties = {"@type": kinds, "name": f"Workflow of {about.study}"}
    return crate.add_workflow(dest_path=name, main=True, lang="snakemake", properties=properties)


def _steps(crate: ROCrate, workflow: Entity, about: Described) -> dict[str, tuple[Entity, Entity]]:
    """By stage its step, and the operator that it uses."""
    ran = {job.stage for job in about.jobs}
    tools: dict[str, Entity] = {}
    steps: dict[str, tuple[Entity, Entity]] = {}
    for position, (stage, operator) in enumerate(about.operators.items(), start=1):
        if stage not in ran:
            continue
        if operator not in tools:
            tools[operator] = _add(
                crate,
                f"#operator/{operator}",
                "SoftwareApplication",
                name=operator,
                description=about.summaries.get(operator) or operator,
                softwareVersion=about.software["heldout"],
            )
        step = _add(crate, f"#stage/{stage}", "HowToStep", name=stage, position=str(position))
        step["workExample"] = tools[operator]
        steps[stage] = (step, tools[operator])
    workflow["hasPart"] = list(tools.values())
    workflow["step"] = [step for step, _ in steps.values()]
    return steps


def _image(crate: ROCrate, about: Described) -> Entity | None:
    """The image that jobs ask for, where it was pinned."""
    pin = about.image.get("pin")
    if pin is None:
        return None
    digest = pin["digest"] or pin["image_id"]
    return _add(
        crate,
        f"#image/{about.image['name']}",
        "ContainerImage",
        additionalType={"@id": "https://w3id.org/ro/terms/workflow-run#DockerImage"},
        name=pin["repository"],
        sha256=digest.removeprefix("sha256:"),
    )


def _jobs(
    crate: ROCrate,
    about: Described,
    entities: Mapping[str, Entity],
    steps: Mapping[str, tuple[Entity, Entity]],
    image: Entity | None,
) -> tuple[list[Entity], list[Entity]]:
    """For each job the run of its operator, and the step's control of it."""
    runs, controls = [], []
    for job in about.jobs:
        step, tool = steps[job.stage]
        at = f"{job.stage}/{job.name}"
        times = [time for time in (job.began, job.ended) if time is not None]
        run = _add(crate, f"#job/{at}", "CreateAction", name=f"Job {at}: {job.tasks} tasks", **_span(times))
        run["instrument"] = tool
        run["object"] = [entities[job.plan]]
        run["result"] = [entities[name] for name in (job.done, contents.STORE) if name in entities]
        status = "FailedActionStatus" if job.failed else "CompletedActionStatus"
        run["actionStatus"] = f"http://schema.org/{status}"
        if image is not None:
            run["containerImage"] = image
        control = _add(crate, f"#control/{at}", "ControlAction", name=f"Control of job {at}")
        control["instrument"], control["object"] = step, run
        runs.append(run)
        controls.append(control)
    return runs, controls


def _results(entities: Mapping[str, Entity]) -> list[Entity]:
    names = (*contents.in_folder(entities, contents.REPORT), contents.STORE)
    return [entities[name] for name in names]
