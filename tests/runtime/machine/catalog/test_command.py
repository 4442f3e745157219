import json

from heldout.runtime.__main__ import main


def test_the_catalog_is_written_sorted(tmp_path):
    path = tmp_path / "new" / "catalog.json"
    assert main(["catalog", "-o", str(path)]) == 0
    text = path.read_text()
    catalog = json.loads(text)
    assert text == json.dumps(catalog, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert catalog["heldout"] == 1 and "train/classifier" in catalog["operators"]


def test_what_cannot_be_in_a_catalog_is_a_message(tmp_path, capsys):
    assert main(["catalog", "--operators", str(tmp_path / "absent.py")]) == 2
    assert capsys.readouterr().err == f"error: there is no Python file {tmp_path / 'absent.py'}\n"
