import base64
import hashlib
import json

from heldout.runtime.machine.report.scripts import own_script, script_data, security_policy, vega_embed


def test_data_cannot_end_its_element():
    text = script_data({"title": "</script><script>alert(1)</script><!--"})
    assert "<" not in text
    assert json.loads(text) == {"title": "</script><script>alert(1)</script><!--"}


def test_a_policy_without_scripts_allows_none():
    assert "script-src 'none'" in security_policy([])


def test_a_policy_names_the_hash_of_a_script():
    expected = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    assert f"script-src 'sha256-{expected}';" in security_policy(["let a = 1"])


def test_scripts_can_stand_in_a_page():
    names = ("theme", "theme_choice", "sorting", "live_figures", "search")
    for script in (*map(own_script, names), vega_embed()):
        assert "</script" not in script.lower()
        assert "<!--" not in script
