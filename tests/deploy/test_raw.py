import numpy as np
import onnxruntime
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.deploy.export import export_onnx
from fivefold.deploy.raw import export_raw, raw_refusal
from fivefold.kinds.codec import Codec


def run(graph: bytes, table: Columns, schema: Schema) -> np.ndarray:
    """What someone without fivefold would write."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    feed = {}
    for node, column in zip(session.get_inputs(), schema.inputs, strict=True):
        values = table.column(column.name)
        if node.type == "tensor(string)":
            values = np.array(["" if v is None else v for v in values], object)
        assert node.shape[1] == 1
        feed[node.name] = values.reshape(-1, 1)
    return session.run(["scores"], feed)[0]


EMBED = Settings(categories="embed", scale="quantile")


@pytest.mark.parametrize("settings", [Settings(), pytest.param(EMBED, marks=pytest.mark.slow)])
def test_raw_graph_answers_as_torch_on_raw_columns(handed, mixed_parts, settings):
    table, schema = mixed_parts
    made = handed(table, schema, settings)
    graph = export_raw(export_onnx(made.trained.model, made.data.train.inputs), made.data.codec)
    found = run(graph, table.take(made.partition.test), schema)
    np.testing.assert_allclose(found, made.evaluated.scores, atol=1e-6)


def test_raw_graph_inputs_are_named_like_columns_and_never_like_the_output(mixed, graph):
    session = onnxruntime.InferenceSession(
        export_raw(graph, mixed.data.codec), providers=["CPUExecutionProvider"]
    )
    names = [node.name for node in session.get_inputs()]
    wanted = [column.name for column in mixed.collected.schema.inputs]
    assert names == [*wanted[:-1], "scores_"]


def test_raw_graph_knows_missing_tokens_and_numbers(mixed, graph):
    graph = export_raw(graph, mixed.data.codec)
    table = mixed.collected.table.take(np.array([0, 0]))
    schema = mixed.collected.schema
    token = table.replace({"age": np.array([-999.0, np.nan])})
    first, second = run(graph, token, schema)
    np.testing.assert_array_equal(first, second)
    huge = table.replace({"skewed, much": np.array([1e300, 1e38])})
    first, second = run(graph, huge, schema)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", ["datetime", "text", "image"])
def test_raw_graph_is_refused_for_other_kinds(kind):
    values = {
        "datetime": np.array(["2020-01-01", "2021-05-05"], "M8[us]"),
        "text": np.array(["a b", "c"], object),
        "image": np.zeros((2, 4, 4, 1), np.uint8),
    }
    table = Columns({"x": values[kind], "y": np.array(["a", "b"], object)})
    schema = Schema(
        columns=(Column(name="x", kind=kind), Column(name="y", kind="categorical", role="target")),
        targets=("y",),
        task="binary",
        classes=("a", "b"),
    )
    reason = raw_refusal(Codec.fit(table, schema, np.arange(2)))
    assert "'x'" in reason
    assert kind in reason


def test_raw_graph_is_not_refused_for_numbers_and_categories(mixed):
    assert raw_refusal(mixed.data.codec) == ""
