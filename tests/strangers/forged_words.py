"""What an archive says of itself, forged: spec, lock, catalog, workflow, image, signature, words."""

from __future__ import annotations

import json

from tests.strangers.forging import Files, dumped, family, forged, put, replaced, written

SPEC, LOCK, CATALOG = "spec/study.yaml", "lock.json", "catalog.json"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e\u2028"
SIGNERS = ("--signers", "SIGNERS")

family(
    "differs",
    "lock",
    a_claim_is_added=replaced(
        SPEC,
        "\nfigures:",
        """
  sure:
    says: Anything is right.
    threshold: {metric: score.accuracy, above: 0.0, pair: [method, seed]}
\nfigures:""",
    ),
    a_margin_is_moved=replaced(SPEC, "test: t}", "test: t, margin: -0.5}"),
    a_claim_is_turned=replaced(SPEC, "greater: coral, less: erm", "greater: erm, less: coral"),
    a_claim_says_more=replaced(SPEC, "is more accurate", "is far more accurate"),
    more_steps=replaced(SPEC, "steps: 5}", "steps: 500}"),
    an_alpha=put(LOCK, "entries", "spec", value="0" * 64),
    a_digest_in_the_lock=put(LOCK, "entries", "operator train/classifier", value="sha256:" + "0" * 64),
    an_operator_more_in_the_lock=put(
        LOCK, "entries", "operator train/everything", value="sha256:" + "0" * 64
    ),
    another_language=put(LOCK, "entries", "language", value="2"),
    locked_claims=put(
        LOCK, "claims", value={"claims": {"alignment-helps": "locked"}, "locked": True, "removed": []}
    ),
    a_lock_that_is_not_beside_the_spec=put(LOCK, "locked", value={"entries": {}, "claims": {}}),
)


def operator(name: str, *path: str, value: object):
    """A forgery of what the catalog says of an operator."""
    return put(CATALOG, "operators", name, *path, value=value)


SPLIT, SCORE, MODEL = "data/leave-one-domain-out", "evaluate/classification", "train/classifier"
family(
    "differs",
    "catalog",
    a_role_is_hidden=operator(SPLIT, "outputs", "test", "role", value=None),
    a_role_is_another=operator(SPLIT, "outputs", "test", "role", value="train"),
    labels_are_denied=operator(SPLIT, "outputs", "test", "labels", value=False),
    a_port_is_optional=operator(SCORE, "ports", "data", "optional", value=True),
    a_kind_is_another=operator(SCORE, "outputs", "predictions", "kind", value="Model"),
    metrics_are_others=operator(SCORE, "outputs", "table", "metrics", value=["accuracy"]),
    a_default_is_another=operator(SCORE, "parameters", "batch_size", "schema", "default", value=1),
    libraries_are_fewer=operator(SCORE, "libraries", value=[]),
    the_network_is_used=operator(SCORE, "network", value=True),
    it_is_seeded=operator(SCORE, "seeded", value=True),
    the_order_is_another=operator(SCORE, "order", value=["predictions", "table"]),
    the_first_is_another=operator(SCORE, "first", value="predictions"),
    a_component_takes_other=put(CATALOG, "components", "objectives", "coral", "parameters", value={}),
)

family(
    "differs",
    "workflow",
    a_digest_is_another=operator(SCORE, "digest", value="sha256:" + "0" * 64),
    a_component_is_another=put(
        CATALOG, "components", "objectives", "coral", "digest", value="sha256:" + "0" * 64
    ),
    other_versions=put(CATALOG, "libraries", "torch", value="1.0"),
    models_are_small=put(CATALOG, "kinds", "Model", "large", value=False),
    tables_are_large=put(CATALOG, "kinds", "Table", "large", value=True),
    labels_do_not_hide=put(CATALOG, "kinds", "Dataset", "hides_labels", value=False),
    a_program_beside_the_spec=written("spec/random.py", b"open('CANARY', 'w')\n"),
    a_package_beside_the_spec=written("spec/heldout/__init__.py", b"open('CANARY', 'w')\n"),
    a_command_before_each_job=replaced("workflow/config.yaml", "model: ''", "model: touch CANARY;"),
    a_store_elsewhere=replaced("workflow/config.yaml", "../store", "/OUTSIDE"),
    a_command_for_the_container=replaced("workflow/profile/config.yaml", "--cleanenv", "$(touch CANARY)"),
    a_command_in_the_snakefile=written("workflow/Snakefile", b"shell('touch CANARY')\n"),
    a_profile_with_a_command=written(
        "workflow/profile/config.yaml", b"jobs: 1\ndefault-storage-provider: evil\n"
    ),
    a_cell_is_another=put("workflow/plan/cells.json", "split", 0, value="0" * 64),
    a_plan_reads_operators=put("workflow/plan/score/001.json", "operators", value=["CANARY.py"]),
    jobs_of_no_tasks=put("workflow/plan/packing.json", "stages", "score", "tasks_per_job", value=0),
    jobs_of_minus_one=put("workflow/plan/packing.json", "stages", "score", "tasks_per_job", value=-1),
)

family(
    "differs",
    "image",
    an_image_by_another_name=put("image/image.json", "name", value="cuda"),
    a_file_that_is_not_there=put(
        "image/image.json", "file", value={"path": "image/cpu.sif", "sha256": "0" * 64}
    ),
    an_image_elsewhere=put("image/image.json", "file", value={"path": "../../OUTSIDE", "sha256": "0" * 64}),
)
family(
    "unchecked",
    "image",
    a_pin_of_nothing=put("image/image.json", "pin", value={"digest": "evil.example/x@sha256:" + "0" * 64}),
)

family(
    "differs",
    "lock",
    "records",
    no_scale=put("archive.json", "scale", value=None),
)

family(
    "unchecked",
    "descriptions",
    escapes_in_the_guide=written("ARCHIVE.md", ESCAPES.encode()),
    escapes_in_the_citation=written("citation.bib", f"@misc{{x, title = {{{ESCAPES}}}}}".encode()),
    escapes_in_the_environment=put("environment.json", 0, "environment", "platform", value=ESCAPES),
    another_author=replaced("CITATION.cff", "Ada Lovelace", "Charles Babbage"),
)


@forged("differs", "lock")
def a_lock_of_another_study(files: Files) -> None:
    files[LOCK] = dumped(json.loads(files[LOCK]) | {"entries": {"language": "1", "spec": "1" * 64}})


@forged("differs", "report")
def a_title_is_another(files: Files) -> None:
    replaced(SPEC, "title: Does aligning", "title: Surely, aligning")(files)


@forged("refused")
def a_lock_beside_the_spec(files: Files) -> None:
    files["spec/study.lock"] = json.dumps({"heldout": 1, "locked": "2020", "entries": {}}).encode()


family(
    "refused",
    locked_by_a_word=put(LOCK, "locked", value="2020-01-01T00:00:00+00:00"),
    a_use_is_hidden=operator(MODEL, "ports", "data", "use", value=None),
    an_alias_leads_elsewhere=put(CATALOG, "aliases", value={SCORE: "evaluate/regression"}),
    jobs_without_end=put("workflow/plan/packing.json", "stages", "score", "tasks_per_job", value=10**400),
    another_study=put("archive.json", "study", value="another"),
    another_scale=put("archive.json", "scale", value="paper"),
    a_spec_elsewhere=put("archive.json", "spec", value="../../../OUTSIDE"),
    a_later_version=put("archive.json", "heldout_archive", value=2),
    an_image_elsewhere=put("image/image.json", "file", value="../../../OUTSIDE"),
    a_title_with_escapes=replaced(SPEC, "title: Does", f'title: "{ESCAPES}"\n#'),
    a_startup_file=written("sitecustomize.py", b"open('CANARY', 'w')\n"),
    a_path_file=written("spec/evil.pth", b"import os; os.mkdir('CANARY')\n"),
    operators_in_the_spec=replaced(SPEC, "study: forged", "study: forged\noperators: [own.py]"),
    operators_elsewhere=replaced(SPEC, "study: forged", "study: forged\noperators: [/OUTSIDE/own.py]"),
)

family(
    "differs",
    "workflow",
    of="own",
    operators_that_run=written("spec/own.py", b"open('CANARY', 'w')\n"),
    an_own_role=put(CATALOG, "operators", "own/spread", "outputs", "table", "role", value="train"),
)
family(
    "refused",
    of="own",
    an_own_use=put(CATALOG, "operators", "own/spread", "ports", "table", "use", value=None),
)

# What is computed, or known here, is put in the place of what is said.
family(
    "same",
    the_whole_digest=put(CATALOG, "digest", value="sha256:" + "0" * 64),
    more_tasks=put("archive.json", "tasks", value=10**30),
    tables_were_left_out=put(
        "archive.json", "left_out", value=["Dataset", "Graph", "Model", "Table", "Trajectory"]
    ),
)
