"""What each of two processes, or one alone, does in `test_sharded.py`: trainings whose weights are kept."""

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.distributed import world
from heldout.runtime.language_training.token_batches import Batching
from heldout.runtime.machine.execute.agreement import join
from heldout.runtime.operators.train.language_model import language_model
from heldout.runtime.operators.train.text_classifier import text_classifier
from heldout.runtime.resources import Resources
from heldout.runtime.training.batches import Batches
from heldout.runtime.training.fit import fit, trained_of
from heldout.runtime.training.micro_batches import micro_losses
from heldout.runtime.training.options import TrainingOptions
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.sharding import shard
from heldout.runtime.training.together import ranks_of
from heldout.runtime.training.whole_weights import whole_weights

SHARDED = Resources(sharded=True)


def network():
    """A small encoder without dropout whose sizes two processes cannot share evenly."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=15, hidden_size=18, num_hidden_layers=2, num_attention_heads=2, intermediate_size=25,
        max_position_embeddings=9, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False)


class Scored(torch.nn.Module):
    """A network and a number for each row, by a head of its own."""

    def __init__(self):
        super().__init__()
        self.network = network()
        self.head = torch.nn.Linear(18, 1)

    def loss(self, tokens):
        return (self.head(self.network(input_ids=tokens).last_hidden_state[:, 0]) - 1).square().mean()


# A bias of keys moves no attention: its gradient is rounding, which Adam would make steps of without this.
ADAMW = {"adamw": {"epsilon": 1e-3}}

FITS = {
    "as it is": {},
    "clipped": {"clip": 0.05},
    "averaged": {"options": TrainingOptions(average=0.5)},
    "in parts": {"micro_batch": 1},
    "sgd": {"optimizer": {"sgd": {"momentum": 0.9}}},
    "bfloat16": {"precision": "bfloat16"},
}


def fitted(folder, steps=6, micro_batch=None, checkpoint=None, after=None, **settings):
    """All weights after some steps of a training, by name; whether they were sharded."""
    module = Scored()
    plan = Plan(**{"steps": steps, "learning_rate": 0.01, "optimizer": ADAMW, "record_every": 1, **settings})
    if world().size > 1:
        shard(module, module.network, compute_device(), plan.precision)
    else:
        module.to(compute_device())
    tokens = torch.randint(1, 15, (20, 8), generator=torch.Generator().manual_seed(1)).to(compute_device())
    batches, ranks = Batches(20, 5, 0), ranks_of(module)

    def loss_at(step):
        if after is not None:
            after(step)
        return micro_losses(lambda rows: module.loss(tokens[rows]), batches.at(step), micro_batch, ranks)

    curve = fit(module, loss_at, plan, checkpoint=checkpoint or Checkpoint(), ranks=ranks)
    held = sum(one.numel() for one in ranks.held(trained_of(module)).values())
    weights = {name: one.clone() for name, one in whole_weights(module, folder / "whole").items()}
    about = {"curve": torch.tensor(curve.rows["value"].to_pylist()), "held": torch.tensor(held)}
    return weights | {key: one for key, one in about.items() if world().is_first}


def resumed(folder, name):
    """The weights of a training that goes on from checkpoints, and the first step that it made."""
    steps = []
    weights = fitted(folder, checkpoint=Checkpoint(folder / name), after=steps.append)
    return weights | {"first": torch.tensor(steps[0])}


def killed_at(step):
    """Before a step, a process that is killed."""

    def kill(now):
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def trained(start, data, folder, **settings):
    """A classifier of texts."""
    plan = Plan(steps=6, learning_rate=1e-2, optimizer=ADAMW, record_every=1)
    checkpoint = Checkpoint(folder)
    return text_classifier(
        data, start, checkpoint=checkpoint, resources=SHARDED, batch_size=5, plan=plan, **settings
    )


def without_dropout(model: Model) -> Model:
    config = json.loads(model.files["config.json"])
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return replace(model, files={**model.files, "config.json": json.dumps(config).encode()})


GPT2 = {"model_type": "gpt2", "n_embd": 18, "n_layer": 2, "n_head": 2, "n_positions": 32}
GPT2 |= {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
OBJECTIVES = ("erm", "coral", "irm", "sagnet", "rsc", "dann")


# A minibatch is of three rows of unequal answers, or of one or two.
LANGUAGE = {
    "llama": {"batch_size": 3, "micro_batch": 1, "options": TrainingOptions(recompute=True)},
    "tied": {"batch_tokens": 16, "pack": True},
    "tied, rough": {"batch_size": 3, "pack": True, "precision": "bfloat16"},
    "fresh": {"batch_size": 4, "network": {"hub-causal": {"config": GPT2}}},
}
REFUSED = {
    "tuned": {"batch_size": 4, "tuning": {"lora": {"rank": 2}}},
    "compiled": {"batch_size": 4, "options": TrainingOptions(compile=True)},
}
BATCHING = ("batch_size", "batch_tokens", "pack")
PLAN = ("precision", "options")


def language(folder, name, micro_batch=None, rate=3e-3, **settings):
    """A causal language model trained on answers to questions, and its curve."""
    plan = {key: settings.pop(key) for key in PLAN if key in settings}
    batching = {key: settings.pop(key) for key in BATCHING if key in settings}
    llama = Model.load(folder / ("tied" if name.startswith("tied") else "llama"))
    start, tokenizer = (None, llama) if name == "fresh" else (llama, None)
    return language_model(
        Dataset.load(folder / "questions"), start, tokenizer,
        checkpoint=Checkpoint(folder / f"language {name} {world().size}", seconds=0),
        resources=Resources(sharded=True, micro_batch=micro_batch), template="{question} Answer :",
        plan=Plan(6, rate, ADAMW, clip=1.0, record_every=1, **plan), batching=Batching(**batching),
        **settings,
    )  # fmt: skip


def refused(folder, settings):
    """What is said where a language model cannot lie in parts."""
    try:
        language(folder, "refused", **settings)
    except ValueError as error:
        return str(error)
    return ""


def curve_of(trained):
    """In the first process, and nothing in the other."""
    return {"curve": torch.tensor(trained.curve.rows["value"].to_pylist())} if world().is_first else {}


def language_models(folder: Path, kept: dict[str, dict[str, torch.Tensor]]) -> None:
    for name, settings in LANGUAGE.items():
        result = language(folder, name, **settings)
        kept[f"language {name}"] = {**result.model.weights, **curve_of(result)}
        if world().is_first:
            saved = folder / f"model {name} {world().size}"
            saved.mkdir()
            result.model.save(saved)
    if world().size > 1:
        # From the checkpoint before the last step; all steps anew would leave the weights as they begin.
        again = language(folder, "llama", rate=1e-9, **LANGUAGE["llama"])
        kept["language again"] = curve_of(again)
        said = {name: refused(folder, settings) for name, settings in REFUSED.items()}
        (folder / f"refused {world().rank}.json").write_text(json.dumps(said))


def everything(folder: Path, resume: tuple[str, ...]) -> None:
    """All trainings, those that go on from checkpoints too; their results are files of the first process."""
    kept = {name: resumed(folder, name) for name in resume}
    kept |= {f"fit {name}": fitted(folder, **settings) for name, settings in FITS.items()}
    start, data = Model.load(folder / "start"), Dataset.load(folder / "data")
    for objective in OBJECTIVES:
        result = trained(start, data, folder / f"{objective} {world().size}", objective=objective)
        kept[f"text {objective}"] = dict(result.model.weights)
        if world().is_first and objective == "erm":
            saved = folder / f"model {world().size}"
            saved.mkdir()
            result.model.save(saved)
    language_models(folder, kept)
    keep(folder, kept)


def keep(folder: Path, kept: dict[str, dict[str, torch.Tensor]]) -> None:
    for name, weights in kept.items() if world().is_first else ():
        tensors = {key: one.detach().cpu().contiguous().clone() for key, one in weights.items()}
        save_file(tensors, folder / f"{name} {world().size}.safetensors")


def results(folder: Path, name: str, size: int) -> dict[str, torch.Tensor]:
    return load_file(folder / f"{name} {size}.safetensors")


if __name__ == "__main__":
    agreement = join()
    match sys.argv[2]:
        case "killed":
            fitted(
                Path(sys.argv[1]),
                checkpoint=Checkpoint(Path(sys.argv[1], "two"), seconds=0),
                after=killed_at(4),
            )
        case "fits":
            keep(Path(sys.argv[1]), {f"fit {name}": fitted(Path(sys.argv[1]), **FITS[name]) for name in FITS})
        case names:
            everything(Path(sys.argv[1]), tuple(names.split(",")))
    if agreement is not None:
        agreement.close()
