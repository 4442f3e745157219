"""Two commands on one workflow: the second says who is first."""

import os

from heldout.compiler.run.exclusive import holding


def test_a_second_command_says_who_is_first(heldout, spec, tmp_path):
    with holding(tmp_path / "results" / "my-study" / "smoke"):
        for command in (["run"], ["plan", "--write"]):
            answer = heldout(*command, "my-study.yaml", "--scale", "smoke")
            assert answer.code == 2
            assert f"is under way (process {os.getpid()})" in answer.err
        assert heldout("plan", "my-study.yaml", "--scale", "smoke").code == 0
        assert "is beginning" in heldout("report", "my-study.yaml", "--scale", "smoke").err
