"""A bundle whose network is a formula, so that its answers can be computed by hand."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.deploy.bundle import write_bundle
from fivefold.deploy.package import package
from fivefold.kinds.codec import Codec
from fivefold.serve.contract import contract_of
from fivefold.serve.predictor import Predictor, load

CODE_WEIGHTS = np.array([[0.5], [-0.25]], np.float32)


def formula(codec: Codec) -> bytes:
    """An ONNX graph: sigmoid of 0.1 * sum of known numbers + codes @ CODE_WEIGHTS, two columns."""
    width, codes = (block.shape[0] for block in codec.blocks)
    nodes = [
        helper.make_node("IsNaN", ["numeric"], ["gone"]),
        helper.make_node("Where", ["gone", "zero", "numeric"], ["known"]),
        helper.make_node("ReduceSum", ["known", "last"], ["sum"], keepdims=1),
        helper.make_node("Mul", ["sum", "tenth"], ["part"]),
        helper.make_node("Cast", ["codes"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["floats", "weights"], ["other"]),
        helper.make_node("Add", ["part", "other"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["yes"]),
        helper.make_node("Sub", ["one", "yes"], ["no"]),
        helper.make_node("Concat", ["no", "yes"], ["scores"], axis=1),
    ]
    constants = {
        "zero": np.array(0, np.float32),
        "tenth": np.array(0.1, np.float32),
        "one": np.array(1, np.float32),
        "last": np.array([1]),
        "weights": CODE_WEIGHTS,
    }
    graph = helper.make_graph(
        nodes,
        "formula",
        [
            helper.make_tensor_value_info("numeric", TensorProto.FLOAT, ["batch", width]),
            helper.make_tensor_value_info("codes", TensorProto.INT32, ["batch", codes]),
        ],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture(scope="session")
def schema() -> Schema:
    return Schema(
        columns=(
            Column(name="age", kind="numeric", missing=("?", "-999")),
            Column(name='"quoted"', kind="boolean"),
            Column(name="zip", kind="categorical"),
            Column(name="<1H OCEAN", kind="categorical", missing=("?",)),
            Column(name="id", kind="categorical", role="ignored"),
            Column(name="income", kind="categorical", role="target"),
        ),
        targets=("income",),
        task="binary",
        classes=("<=50K", ">50K"),
    )


@pytest.fixture(scope="session")
def codec(schema: Schema) -> Codec:
    table = Columns(
        {
            "age": np.array([20.0, 30.0, 40.0, np.nan, 60.0]),
            '"quoted"': np.array([1.0, 0.0, np.nan, 1.0, 0.0]),
            "zip": np.array(["10001", "00123", None, "10001", "7"], object),
            "<1H OCEAN": np.array(["INLAND", "<b>&\"'", "é日本", None, "INLAND"], object),
            "id": np.array(list("abcde"), object),
            "income": np.array(["<=50K", ">50K", "<=50K", ">50K", "<=50K"], object),
        }
    )
    return Codec.fit(table, schema, np.arange(5))


@pytest.fixture(scope="session")
def entries(codec: Codec) -> dict[str, bytes]:
    return package(
        codec=codec,
        contract=contract_of(codec),
        weights=b"\x02\0\0\0\0\0\0\0{}",
        graphs={"model.onnx": formula(codec)},
        parity={"requests": {"instances": []}, "answers": {}},
        recipe="{}",
        card="# A card\n",
    )


@pytest.fixture
def bundle(entries: dict[str, bytes], tmp_path: Path) -> Path:
    write_bundle(entries, tmp_path / "income.ff")
    return tmp_path / "income.ff"


@pytest.fixture
def model(bundle: Path) -> Predictor:
    return load(bundle)
