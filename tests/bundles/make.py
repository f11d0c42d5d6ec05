"""Write the bundles of this folder, and beside each what is asked of it and what it answers.

    PYTHONPATH=src python tests/bundles/make.py FOLDER [NAME ...]

They are written by whatever fivefold is importable. Those that lie here were written by 0.1.0 and
are never written again; a later release adds its own, in a folder of its own.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import samples
import torch
from questions import questions
from torch import nn

import fivefold as ff
from fivefold.deploy.factory import torch_factory
from fivefold.errors import RequestError
from fivefold.models.blend import Blend
from fivefold.models.convnet import ConvNet
from fivefold.models.mlp import Mlp
from fivefold.models.tabm import TabM
from fivefold.models.textnet import TextNet


class Side(nn.Module):
    """A network for rows that mix kinds, small as a file: one encoder a kind, added up."""

    def __init__(self, inputs: Any, outputs: int) -> None:
        super().__init__()
        makers = {"photo": image, "line": text}
        self.names = tuple(inputs)
        self.encoders = nn.ModuleList(
            makers.get(name.rpartition("/")[2], table)(part, outputs)
            for name, part in inputs.items()
        )

    def forward(self, batch: Any) -> torch.Tensor:
        """A dict of tensors to `(n, outputs)`."""
        parts = zip(self.names, self.encoders, strict=True)
        return torch.stack([encoder(batch[name]) for name, encoder in parts]).sum(dim=0)


def blend(inputs: Any, outputs: int) -> nn.Module:
    """The default for tables, trees and all, but for its size."""
    return Blend(inputs, outputs, network=TabM(inputs, outputs, members=4, width=32))


def table(inputs: Any, outputs: int) -> nn.Module:
    return Mlp(inputs, outputs, width=16, bins=6)


def text(inputs: Any, outputs: int) -> nn.Module:
    return TextNet(inputs, outputs, width=16, phrases=16)


def image(inputs: Any, outputs: int) -> nn.Module:
    return ConvNet(inputs, outputs, width=6)


def small(inputs: Any, outputs: int) -> nn.Module:
    """The user's own module; tests/test_bundles.py has it too."""
    return nn.Sequential(nn.Linear(inputs, 12), nn.ReLU(), nn.Linear(12, outputs))


def stages(name: str) -> list[Any]:
    """Collect, Preprocess and Train of a bundle."""
    match name:
        case "two_classes" | "torch":
            source, train = samples.two_classes(), ff.Train(blend, quality="fast", epochs=20)
            if name == "torch":
                train = ff.Train(small, epochs=60)
            kinds = {"zip": "categorical"}
            missing = {"age": [-999]}
            collect = ff.Collect(source, target="y", kinds=kinds, missing=missing)
            return [collect, ff.Preprocess(), train]
        case "many_classes":
            Path("many.csv").write_bytes(samples.many_classes())
            kinds = {"zip": "categorical", "agreed": "categorical"}
            collect = ff.Collect("many.csv", target="level", task="multiclass", kinds=kinds)
            return [collect, ff.Preprocess(scale="quantile"), ff.Train(table, epochs=60)]
        case "numbers":
            collect = ff.Collect(samples.numbers(), target="y")
            return [collect, ff.Preprocess(), ff.Train(table, epochs=60)]
        case "hindi":
            collect = ff.Collect(samples.hindi(), target="विषय", kinds={"वाक्य": "text"})
            return [collect, ff.Preprocess(word_rows=1), ff.Train(text, epochs=60, lr=0.03)]
        case "pictures":
            collect = ff.Collect(samples.pictures(), target="label", kinds={"picture": "image"})
            train = ff.Train(image, epochs=12, lr=0.01, label_smoothing=0.2)
            return [collect, ff.Preprocess(), train]
        case _:
            kinds = {"line": "text", "photo": "image"}
            collect = ff.Collect(samples.mixed(), target="good", kinds=kinds)
            train = ff.Train(Side, epochs=8, lr=0.01, label_smoothing=0.4)
            return [collect, ff.Preprocess(categories="embed"), train]


NAMES = ("two_classes", "many_classes", "numbers", "hindi", "pictures", "mixed", "torch")


def make(name: str) -> None:
    """Train, deploy and ask; leaves NAME.ff and NAME.json in the current folder."""
    path = f"{name}.ff"
    deploy = ff.Deploy(path, format="torch" if name == "torch" else "onnx")
    result = ff.Pipeline([*stages(name), deploy]).run(seed=0, progress=False)
    model = ff.load(path, factory=torch_factory(small) if name == "torch" else None)
    spread = 1.0
    if model.task == "regression":
        spread = float(result[ff.Preprocessed].train.target.std())
    asked = [answered(model, question) for question in questions(name)]
    record = {"sha256": model.digest, "spread": spread, "requests": asked}
    lines = broken(record)
    Path(f"{name}.json").write_text(lines + "\n", encoding="utf-8")
    print(f"{path}: {Path(path).stat().st_size:,} bytes, {len(lines):,} of requests")


def broken(value: Any, depth: int = 4) -> str:
    """JSON text with line breaks down to a depth: one row, one line."""
    if depth == 0 or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, list):
        return "[\n" + ",\n".join(broken(part, depth - 1) for part in value) + "\n]"
    parts = (f"{json.dumps(name)}: {broken(part, depth - 1)}" for name, part in value.items())
    return "{\n" + ",\n".join(parts) + "\n}"


def answered(model: Any, question: dict[str, Any]) -> dict[str, Any]:
    """A request with its answers; of rows, only those that are answered at all."""
    if question["form"] == "rows":
        kept = [row for row in question["rows"] if _is_answered(model, row)]
        question = {**question, "rows": kept}
    data = source_of(question)
    answers = {"predictions": model.predict(data).tolist()}
    if model.task != "regression":
        answers["probabilities"] = _short(model.predict_proba(data))
    return {**question, "answers": answers}


def source_of(question: dict[str, Any]) -> Any:
    """What is handed to `predict`."""
    match question["form"]:
        case "rows":
            return question["rows"]
        case "csv":
            path = Path("asked.csv")
            path.write_bytes(question["text"].encode(question["encoding"]))
            return path
    return pd.DataFrame(question["rows"], dtype=object).astype(question["dtypes"])


def _is_answered(model: Any, row: dict[str, Any]) -> bool:
    try:
        model.predict([row])
    except RequestError as error:
        print(f"  left out: {str(error).splitlines()[0]}")
        return False
    return True


def _short(scores: Any) -> list[Any]:
    """Float32 in as few digits as give it back."""
    return [[float(f"{value:.9g}") for value in row] for row in scores.tolist()]


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    for wanted in sys.argv[2:] or NAMES:
        make(wanted)
