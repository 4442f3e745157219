import json

import pytest

from heldout.compiler.archive.contents import task_folder
from heldout.compiler.reproduce.folder import Folder, OtherFolder

OLD, AGAIN = "ab" + "0" * 62, "cd" + "0" * 62


def test_a_new_folder_is_claimed_and_then_goes_on(tmp_path):
    folder = Folder(tmp_path / "again")
    assert folder.claim_for({"manifest": "x", "cells": None}) is False
    assert folder.claim_for({"manifest": "x", "cells": None}) is True
    with pytest.raises(OtherFolder, match="another reproduction"):
        folder.claim_for({"manifest": "x", "cells": 3})


def test_what_is_no_reproduction_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(OtherFolder, match="is there already"):
        Folder(tmp_path).claim_for({})
    (tmp_path / "reproduction.json").write_text("torn")
    with pytest.raises(OtherFolder):
        Folder(tmp_path).claim_for({})
    assert (tmp_path / "thesis.tex").read_text() == "x"


def test_the_whole_has_archived_results_only_of_what_was_not_computed_again(tmp_path):
    folder = Folder(tmp_path / "again")
    for task in (OLD, AGAIN):
        path = folder.archived / task_folder(task)
        path.mkdir(parents=True)
        (path / "manifest.json").write_text(json.dumps({"task": task}))
    (folder.store / "packs").mkdir(parents=True)
    (folder.store / "packs" / "a.tar").write_bytes(b"new")
    folder.combine({AGAIN})
    folder.combine({AGAIN})  # again, as after an interruption
    files = sorted(p.relative_to(folder.whole_store).as_posix() for p in folder.whole_store.rglob("*.*"))
    assert files == [f"objects/ab/{OLD}/manifest.json", "packs/a.tar"]
