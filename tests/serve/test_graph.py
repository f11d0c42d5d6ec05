import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fivefold.errors import BundleError
from fivefold.serve.graph import BATCH, Graph


def addition(weights: onnx.TensorProto, *, inside: bool = False) -> bytes:
    """x + weights, optionally inside a branch of an If."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
    y = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 3])
    nodes = [helper.make_node("Add", ["x", "w"], ["scores"])]
    constants = [weights]
    if inside:
        z = helper.make_tensor_value_info("z", TensorProto.FLOAT, ["batch", 3])
        branch = helper.make_graph(
            [helper.make_node("Add", ["x", "w"], ["z"])], "branch", [], [z], [weights]
        )
        true = numpy_helper.from_array(np.array(True), "true")
        nodes = [
            helper.make_node("If", ["true"], ["scores"], then_branch=branch, else_branch=branch)
        ]
        constants = [true]
    graph = helper.make_graph(nodes, "g", [x], [y], constants)
    opsets = [helper.make_opsetid("", 20)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()


def outside(name: str) -> onnx.TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[3])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")
    return tensor


@pytest.mark.parametrize("inside", [False, True])
def test_graph_runs_in_batches_and_gives_every_row(inside):
    weights = numpy_helper.from_array(np.array([1, 2, 3], np.float32), "w")
    graph = Graph(addition(weights, inside=inside))
    rows = np.random.default_rng(0).normal(size=(2 * BATCH + 5, 3)).astype(np.float32)
    np.testing.assert_array_equal(graph({"x": rows, "other": rows}), rows + np.float32([1, 2, 3]))
    assert graph.inputs == ("x",)


@pytest.mark.parametrize("inside", [False, True])
def test_graph_that_reads_another_file_is_refused(inside):
    with pytest.raises(BundleError, match="a path to another file"):
        Graph(addition(outside("w"), inside=inside))


def test_graph_with_the_tensor_of_an_attribute_outside_is_refused():
    node = helper.make_node("Constant", [], ["scores"], value=outside("c"))
    y = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [3])
    model = helper.make_model(helper.make_graph([node], "g", [], [y]))
    with pytest.raises(BundleError, match="a path to another file"):
        Graph(model.SerializeToString())


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"not a graph at all", b"\xff" * 40])
def test_graph_of_other_bytes_is_refused(content):
    with pytest.raises(BundleError) as caught:
        Graph(content, "model.onnx")
    assert caught.value.entry == "model.onnx"
