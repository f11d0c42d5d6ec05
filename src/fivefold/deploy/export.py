"""A network as an ONNX graph."""

import contextlib
import copy
import io
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.deploy.operators import operators_kept
from fivefold.deploy.trees import fill, set_aside
from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled
from fivefold.models.estimated import Estimated
from fivefold.models.score import score
from fivefold.serve.graph import Graph, load_runtime

OPSET = 20
EXAMPLES = 8  # a batch of one would be taken for a constant
TOLERANCE = 1e-5
REMEDY = 'Use another operator, or pass format="torch" to Deploy and serve it with your factory.'


class Scorer(nn.Module):
    """`Assembled.scores` with one positional tensor a block, as an exporter wants it.

    Args:
        model: the network.
        names: of its blocks, in the order of the tensors.
    """

    def __init__(self, model: Assembled, names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *tensors: Tensor) -> Tensor:
        """Scores of a batch: `(batch, classes)` probabilities or `(batch,)` values."""
        scores: Tensor = self.model.scores(dict(zip(self.names, tensors, strict=True)))
        return scores


def export_onnx(model: Assembled, inputs: Mapping[str, Array]) -> bytes:
    """An ONNX graph (opset 20) that takes the blocks of the codec and gives `scores`.

    The graph is compared with torch on batches of several sizes before it is returned. The model
    itself stays where it is, as it is.

    Args:
        model: the network, on any device, in any mode.
        inputs: blocks of at least one row; up to eight rows serve as the example.

    Returns:
        A serialised `ModelProto` whose inputs are named like the blocks, with a free batch size.

    Raises:
        ModelError: if an operator has no translation, if the network's path depends on values, or
            if the graph answers otherwise than torch. `.operator` names what is to blame.
    """
    for module in model.modules():
        if isinstance(module, Estimated) and module.answer is None:
            raise unexported(module)
    load_runtime()  # before the exporter imports it
    names = tuple(inputs)
    example = {name: _rows(values, EXAMPLES) for name, values in inputs.items()}
    copied = copy.deepcopy(model).cpu().eval()
    bare = copy.deepcopy(copied)
    trees = set_aside(bare)
    tensors = tuple(torch.from_numpy(example[name]) for name in names)
    batch = torch.export.Dim("batch", min=1)
    try:
        with quiet(), operators_kept():
            program = torch.export.export(
                Scorer(bare, names).eval(),
                tensors,
                dynamic_shapes={"tensors": tuple({0: batch} for _ in names)},
                strict=False,
            )
            exported = torch.onnx.export(
                program,
                dynamo=True,
                opset_version=OPSET,
                input_names=list(names),
                output_names=["scores"],
                verbose=False,
            )
        proto = exported.model_proto  # type: ignore[union-attr]
        strip(proto)
        fill(proto, trees)
        graph: bytes = proto.SerializeToString()
    except Exception as error:
        raise refusal(error) from error
    compare(graph, copied, example)
    return graph


def compare(graph: bytes, model: Assembled, example: Mapping[str, Array]) -> None:
    """Run a graph and its network on the same rows, in batches of several sizes.

    Raises:
        ModelError: if onnxruntime refuses the graph, or an answer differs by more than 1e-5
            (relative to the answers' size where that is above 1), numbers in deviations from the
            mean of the training targets.
    """
    run: Graph | None = None
    for rows in (EXAMPLES, 1, 2, 2 * EXAMPLES + 1):
        batch = {name: _rows(values, rows) for name, values in example.items()}
        wanted = score(model, batch, device="cpu")
        try:
            run = run or Graph(graph)
            found = run(batch)
        except Exception as error:  # onnxruntime's own classes are not public
            said = _first_line(error.__cause__ or error)
            raise _mismatch(f"an error for {rows} rows: {said}") from error
        if found.shape != wanted.shape:
            raise _mismatch(f"shape {found.shape} instead of {wanted.shape} for {rows} rows")
        found, wanted = map(model.head.deviations, (found, wanted))
        scale = max(1.0, float(np.nanmax(np.abs(wanted), initial=0.0)))
        gap = float(np.nanmax(np.abs(found - wanted), initial=0.0))
        if gap > TOLERANCE * scale or (np.isnan(found) != np.isnan(wanted)).any():
            raise _mismatch(f"answers that differ by {gap:.3g} for {rows} rows")


def unexported(body: Estimated) -> ModelError:
    """The error of an estimator that no graph answers as."""
    return ModelError.expected(
        "Deploy",
        "an estimator that exports to ONNX",
        body.name,
        "Train another one, or leave Deploy out: everything else works with it.",
        evidence=body.refusal,
        operator=body.name,
    )


def refuse_bare(model: Assembled) -> None:
    """Refuse to write the weights of an estimator without its graph: nothing could load them.

    Raises:
        ModelError: if the model is an estimator.
    """
    for module in model.modules():
        if isinstance(module, Estimated):
            remedy = "Leave `format` out: its graph needs no torch."
            wanted = "a network for format='torch'"
            raise ModelError.expected("Deploy", wanted, module.name, remedy, operator=module.name)


def strip(proto: Any) -> None:
    """Take out of a `ModelProto` what tells of the machine it was made on (source lines)."""
    del proto.metadata_props[:]
    for graph in (proto.graph, *proto.functions):
        _strip_nodes(graph)


def _strip_nodes(graph: Any) -> None:
    for part in (graph, *graph.node, *graph.value_info, *getattr(graph, "initializer", ())):
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
        if hasattr(part, "doc_string"):
            part.ClearField("doc_string")
    for part in (*getattr(graph, "input", ()), *getattr(graph, "output", ())):
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    _strip_nodes(inner)


def refusal(error: BaseException) -> ModelError:
    """What an exporter's failure means to the author of the network."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__
    text = "\n".join(map(str, causes))
    operator = re.search(r"No ONNX function found for <OpOverload\(op='([\w.]+)'", text)
    if operator:
        name = operator[1].replace("aten.", "torch.", 1)
        summary = f"Deploy: expected a network that exports to ONNX, found {name}."
        return ModelError(summary, remedy=REMEDY, operator=name)
    line = re.search(r'File "([^"]+)", line (\d+), in (\w+)\n\s*(.+)', str(causes[-1]))
    what = type(causes[-1]).__name__
    if "data-dependent" in text or "GuardOnDataDependent" in text:
        what = "a path that depends on values"
    elif "Constraints violated (batch)" in text:
        what = "a batch size that is fixed"
    where = f"{line[3]}(), line {line[2]}: {line[4].strip()}" if line else _first_line(causes[-1])
    return ModelError.expected(
        "Deploy", "a network that exports to ONNX", what, REMEDY, evidence=where, operator=what
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep an exporter's progress, hints and warnings off the screen."""
    loggers = [logging.getLogger(name) for name in ("torch", "torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    sink = io.StringIO()
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _rows(values: Array, rows: int) -> Array:
    """Exactly this many rows, repeated in a circle where there are fewer."""
    return np.ascontiguousarray(values[np.arange(rows) % len(values)])


def _mismatch(found: str) -> ModelError:
    return ModelError.expected(
        "Deploy", "the ONNX graph to answer as torch does", found, REMEDY, operator=""
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
