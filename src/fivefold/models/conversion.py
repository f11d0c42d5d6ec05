"""From a fitted estimator to a graph of ONNX that is seen to answer as it does, or to a reason."""

import warnings
from collections.abc import Iterator
from copy import copy
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import first_line
from fivefold.models.converters import (
    convert_imputer,
    convert_trees,
    shape_of_imputer,
    shapes_of_trees,
)
from fivefold.models.estimated import Live
from fivefold.models.forests import tree_graph
from fivefold.models.fronts import front_of
from fivefold.models.originals import as_read, reads_texts
from fivefold.models.subgraph import IR, MATRIX, OPSET, SCORES
from fivefold.models.trees import ML_DOMAIN, ML_OPSET
from fivefold.serve.graph import Graph, load_runtime

TOLERANCE = 1e-5
PROBED = 512
"""Rows on which a graph is compared with its estimator."""


class Converted(NamedTuple):
    """A graph for `Subgraph`, or why there is none.

    Attributes:
        graph: None where none answers as the estimator does.
        refusal: why; empty where there is one.
    """

    graph: bytes | None
    refusal: str = ""


def convert(live: Live, matrix: Array, mean: Array, spread: Array) -> Converted:
    """Look for a graph that answers as an estimator: our own trees first, then skl2onnx.

    Args:
        live: the estimator, fitted.
        matrix: float32 rows on which both are asked.
        mean: `(columns,)` of the target; zeros for classes.
        spread: its deviations, in which numbers are compared; ones for classes.
    """
    load_runtime()  # before skl2onnx may import it
    probe = matrix[:PROBED]
    wanted = live.answers(probe.astype(np.float64))
    refusal = ""
    for made in _candidates(live, probe.shape[1], wanted.shape[1], mean, spread):
        if isinstance(made, str):
            refusal = refusal or made
            continue
        try:
            found = Graph(made)({MATRIX: probe})
        except Exception as error:  # onnxruntime's own classes are not public
            refusal = refusal or f"onnxruntime says: {first_line(error.__cause__ or error)}"
            continue
        gap = float(np.abs((found - wanted) / spread).max(initial=0.0))
        if found.shape == wanted.shape and gap <= TOLERANCE:
            return Converted(made)
        refusal = refusal or f"its graph gives answers that differ by {gap:.2g}"
    return Converted(None, refusal)


def _candidates(
    live: Live, width: int, columns: int, mean: Array, spread: Array
) -> Iterator[bytes | str]:
    """Graphs that may answer as the estimator does, and reasons why there is not another."""
    if own := tree_graph(live.estimator, width, mean, spread):
        yield own
    try:
        import skl2onnx  # noqa: F401
    except ImportError:
        yield 'the package skl2onnx is missing; install "fivefold[estimators]"'
        return
    categories = live.originals is not None and any(one.words for one in live.originals)
    tries = product((True, False), ("", "nan") if categories else ("",))
    for exact, missing in tries:  # in float64 where it can be
        try:
            yield _by_skl2onnx(live, width, columns, exact, missing)
        except Exception as error:  # of many classes, and of onnx
            yield f"skl2onnx says: {first_line(error)}"


def _by_skl2onnx(live: Live, width: int, columns: int, exact: bool, missing: str) -> bytes:
    """What skl2onnx makes of it, with float32 rows in and float64 answers out."""
    from onnx import TensorProto, helper, numpy_helper
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
    from sklearn.impute import SimpleImputer

    kind = DoubleTensorType if exact else FloatTensorType
    chosen, estimator = live.labels is not None, copy(live.estimator)
    if hasattr(estimator, "flatten_transform"):  # of votes: it changes no prediction
        estimator.flatten_transform = False
    options = {id(estimator): {"zipmap": False}} if chosen else None
    of_trees = shapes_of_trees()
    to = TensorProto.DOUBLE if exact else TensorProto.FLOAT
    front, constants = [helper.make_node("Cast", [MATRIX], ["rows"], to=to)], list[Any]()
    given = [("rows", kind([None, width]))]
    if live.originals is not None:
        read = live.originals
        if reads_texts(live.estimator):
            read = [next(one for one in read if one.is_text)]
        front, constants = front_of(read, exact=exact, missing=missing)
        given = [(one.name, (StringTensorType if one.words else kind)([None, 1])) for one in read]
    with warnings.catch_warnings(), as_read(estimator):
        warnings.simplefilter("ignore")
        proto = convert_sklearn(
            estimator,
            "estimator",  # else a name is drawn, and no two graphs are equal
            initial_types=given,
            options=options,
            target_opset={"": OPSET, ML_DOMAIN: ML_OPSET},
            custom_conversion_functions={
                **dict.fromkeys(of_trees, convert_trees),
                SimpleImputer: convert_imputer,
            },
            custom_shape_calculators={**of_trees, SimpleImputer: shape_of_imputer},
        )
    graph = proto.graph
    answer = graph.output[1 if chosen else 0].name
    later = [type(node).FromString(node.SerializeToString()) for node in graph.node]
    del graph.node[:]
    graph.node.extend([*front, *later])
    graph.initializer.extend(constants)
    shape = numpy_helper.from_array(np.array([-1, columns]), "of_scores")
    graph.initializer.append(shape)
    graph.node.append(helper.make_node("Cast", [answer], ["exact"], to=TensorProto.DOUBLE))
    graph.node.append(helper.make_node("Reshape", ["exact", "of_scores"], [SCORES]))
    del graph.input[:], graph.output[:], graph.value_info[:]
    rows = helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, ["batch", width])
    scores = helper.make_tensor_value_info(SCORES, TensorProto.DOUBLE, ["batch", columns])
    graph.input.append(rows)
    graph.output.append(scores)
    versions = {opset.domain: opset.version for opset in proto.opset_import}
    versions |= {"": OPSET, ML_DOMAIN: ML_OPSET}
    del proto.opset_import[:]
    proto.opset_import.extend(helper.make_opsetid(*each) for each in versions.items())
    proto.ir_version = IR
    _rename(graph, {MATRIX: MATRIX, SCORES: SCORES, "": ""})
    content: bytes = proto.SerializeToString()
    return content


def _rename(graph: Any, known: dict[str, str]) -> None:
    """Number the values of a graph, as skl2onnx counts through all that it ever made.

    Equal estimators shall give equal bytes.
    """

    def new(name: str) -> str:
        return known.setdefault(name, f"v{len(known)}")

    graph.name = "estimator"
    for value in (*graph.input, *graph.initializer, *graph.output, *graph.value_info):
        value.name = new(value.name)
    for node in graph.node:
        node.name = ""
        for names in (node.input, node.output):
            names[:] = [new(name) for name in names]
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                _rename(inner, known)
