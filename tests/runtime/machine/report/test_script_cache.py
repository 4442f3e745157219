"""Scripts are made once, and again where what was kept is not what was made."""

from heldout.runtime.machine.report.script_cache import cache_folder, cached_script


def counted():
    made = []

    def make():
        made.append(None)
        return 'let a = "é";\r\n'

    return made, make


def test_made_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made, make = counted()
    assert cached_script("a.js", make) == cached_script("a.js", make) == make()
    assert len(made) == 2  # one of them is this test's own
    assert [path.name for path in cache_folder().iterdir()] == ["a.js"]


def test_a_damaged_file_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made, make = counted()
    script = cached_script("a.js", make)
    for damaged in (b"", b"\xff\xfe", (cache_folder() / "a.js").read_bytes()[:-1]):
        (cache_folder() / "a.js").write_bytes(damaged)
        assert cached_script("a.js", make) == script
    assert len(made) == 4


def test_without_a_folder_to_write_to(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    made, make = counted()
    assert cached_script("a.js", make) == cached_script("a.js", make)
    assert len(made) == 2


def test_a_relative_folder_is_none_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache/heldout"
