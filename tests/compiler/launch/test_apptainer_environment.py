"""Variables that a container of Apptainer is handed on."""

from heldout.compiler.launch.apptainer_environment import passed


def test_apptainer_is_handed_the_variables_that_are_set():
    handed = passed(("HF_TOKEN", "HTTP_PROXY"), {"HF_TOKEN": "t", "PATH": "/bin"})
    assert handed == {"HF_TOKEN": "t", "PATH": "/bin", "APPTAINERENV_HF_TOKEN": "t"}
