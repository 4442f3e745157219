import pytest
import torch
from torch import nn

from heldout.runtime.training.compiling import compile_in_place


@pytest.mark.slow
def test_a_compiled_network_says_the_same_and_keeps_its_names():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    x, names = torch.randn(3, 4), set(module.state_dict())
    expected = module(x)
    compile_in_place(module)
    torch.testing.assert_close(module(x), expected, rtol=1e-5, atol=1e-6)
    assert set(module.state_dict()) == names


def test_a_compiler_that_fails_is_told_and_the_network_runs_as_it_is(caplog, monkeypatch):
    from torch._dynamo.exc import BackendCompilerFailed

    module = nn.Linear(2, 2)
    x = torch.ones(1, 2)
    expected, calls = module(x), []

    def broken(*_given, **_named):
        calls.append(1)
        raise BackendCompilerFailed(broken, RuntimeError("no C++ compiler"), None)

    monkeypatch.setattr(module, "compile", lambda: setattr(module, "_compiled_call_impl", broken))
    compile_in_place(module)
    assert torch.equal(module(x), expected) and torch.equal(module(x), expected)
    assert calls == [1]
    assert "Linear is not compiled" in caplog.text and "no C++ compiler" in caplog.text


def test_a_network_that_is_wrong_fails_as_it_is(monkeypatch):
    module = nn.Linear(2, 2)

    def broken(*_given, **_named):
        raise ValueError("of the network")

    monkeypatch.setattr(module, "compile", lambda: setattr(module, "_compiled_call_impl", broken))
    compile_in_place(module)
    with pytest.raises(ValueError, match="of the network"):
        module(torch.ones(1, 2))
