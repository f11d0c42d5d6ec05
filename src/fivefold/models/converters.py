"""What skl2onnx is told of what it cannot convert: boosted trees inside others, and imputers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.models.forests import tree_graph
from fivefold.models.subgraph import MATRIX, SCORES
from fivefold.models.trees import ML_DOMAIN

SINCE = 3  # the version of `ai.onnx.ml` that brought the operator of trees as it is used


def shapes_of_trees() -> dict[type, Callable[[Any], None]]:
    """What calculates the shapes of the answers, by the class of the estimator."""
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    return {
        HistGradientBoostingClassifier: calculate_linear_classifier_output_shapes,
        HistGradientBoostingRegressor: calculate_linear_regressor_output_shapes,
    }


def convert_trees(scope: Any, operator: Any, container: Any) -> None:
    """Write histogram trees into the graph that skl2onnx builds, by the operator of `Trees`.

    Args:
        scope: gives names that are free.
        operator: the fitted estimator, and the names of what it reads and answers.
        container: of nodes and constants.

    Raises:
        ValueError: if its trees split by categories.
    """
    import onnx
    from skl2onnx.common.data_types import DoubleTensorType
    from skl2onnx.proto import onnx_proto

    fitted, answers = operator.raw_operator, operator.outputs
    labels = getattr(fitted, "classes_", np.zeros(1))
    content = tree_graph(fitted, fitted.n_features_in_, np.zeros(1), np.ones(1))
    if content is None:
        raise ValueError("trees that split by categories have no graph here")
    graph = onnx.load_from_string(content).graph
    names: dict[str, str] = {}

    def named(name: str) -> str:
        return names.setdefault(name, scope.get_unique_variable_name(f"trees_{name}"))

    for constant in graph.initializer:
        constant.name = named(constant.name)
        container.initializers.append(constant)
    for node in graph.node:
        node.input[:] = [named(name) for name in node.input]
        node.output[:] = [named(name) for name in node.output]
        container.nodes.append(node)
        if node.domain == ML_DOMAIN:
            container.node_domain_version_pair_sets.add((ML_DOMAIN, SINCE))

    def cast(name: str, output: str, to: int) -> None:
        free = scope.get_unique_operator_name("Cast")
        container.add_node("Cast", [name], [output], to=to, name=free)

    cast(operator.inputs[0].full_name, named(MATRIX), onnx_proto.TensorProto.FLOAT)
    is_double = isinstance(answers[-1].type, DoubleTensorType)
    kind = onnx_proto.TensorProto.DOUBLE if is_double else onnx_proto.TensorProto.FLOAT
    cast(named(SCORES), answers[-1].full_name, kind)
    if len(answers) > 1:
        place, table = named("place"), named("labels")
        plain = labels.dtype.kind in "iub"
        of = onnx_proto.TensorProto.INT64 if plain else onnx_proto.TensorProto.STRING
        values = [int(x) if plain else str(x).encode() for x in labels.tolist()]
        container.add_initializer(table, of, [len(values)], values)
        free = scope.get_unique_operator_name("ArgMax")
        container.add_node("ArgMax", [named(SCORES)], [place], axis=1, keepdims=0, name=free)
        free = scope.get_unique_operator_name("Gather")
        container.add_node("Gather", [table, place], [answers[0].full_name], name=free)


def convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    """Write a `SimpleImputer` in the type of its numbers, or of texts: empty ones are missing.

    skl2onnx's own is one of float32 alone, and knows no missing texts.

    Args:
        scope: gives names that are free.
        operator: the fitted imputer, and the names of what it reads and answers.
        container: of nodes and constants.

    Raises:
        ValueError: if it adds columns, leaves some out, or takes other values for missing.
    """
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
    from skl2onnx.operator_converters.common import concatenate_variables
    from skl2onnx.proto import onnx_proto

    fitted, answer = operator.raw_operator, operator.outputs[0]
    fill = np.asarray(fitted.statistics_)
    texts = isinstance(operator.inputs[0].type, StringTensorType)
    strange = fitted.missing_values == fitted.missing_values and fitted.missing_values is not None
    lost = not texts and np.isnan(fill.astype(np.float64)).any()
    if fitted.add_indicator or strange or lost:
        raise ValueError("an imputer that does more than to fill has no graph here")

    def node(kind: str, inputs: list[str], output: str, since: int) -> str:
        free = scope.get_unique_operator_name(kind)
        container.add_node(kind, inputs, [output], op_version=since, name=free)
        return output

    def constant(kind: int, shape: list[int], values: list[Any]) -> str:
        name: str = scope.get_unique_variable_name("imputed")
        container.add_initializer(name, kind, shape, values)
        return name

    cells = concatenate_variables(scope, operator.inputs, container)
    absent, of = scope.get_unique_variable_name("absent"), onnx_proto.TensorProto
    if texts:
        node("Equal", [cells, constant(of.STRING, [1], [b""])], absent, 19)
        words = [str(word).encode() for word in fill.tolist()]
        filled = constant(of.STRING, [1, len(words)], words)
    else:
        double = isinstance(operator.inputs[0].type, DoubleTensorType)
        node("IsNaN", [cells], absent, 13)
        numbers = fill.astype(np.float64).tolist()
        filled = constant(of.DOUBLE if double else of.FLOAT, [1, len(numbers)], numbers)
    node("Where", [absent, filled, cells], answer.full_name, 16)


def shape_of_imputer(operator: Any) -> None:
    """As many columns as it reads, of their type."""
    kind = type(operator.inputs[0].type)
    columns = len(operator.raw_operator.statistics_)
    operator.outputs[0].type = kind([operator.inputs[0].type.shape[0], columns])
