"""The graph that takes raw values: one input a column, texts and numbers as people write them."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fivefold.codecs.cell import null_numbers, null_words
from fivefold.kinds.block import Fitted
from fivefold.kinds.codec import Codec
from fivefold.kinds.codes import FIRST, MISSING, UNSEEN
from fivefold.kinds.scaling import HUGE
from fivefold.models.trees import ML_DOMAIN, ML_OPSET


def raw_refusal(codec: Codec, *, changed: bool = False) -> str:
    """Why there can be no raw graph for this codec; empty if there can."""
    if changed:
        return "no raw graph: the model reads columns that are made of others"
    other = [codec.columns[name] for name in codec.raw_columns()]
    other = [column for column in other if column.kind.raw is None]
    if not other:
        return ""
    named = ", ".join(f"{column.name!r} ({column.kind.name})" for column in other[:5])
    return f"no raw graph: {named} {'is' if len(other) == 1 else 'are'} beyond it"


def export_raw(body: bytes, codec: Codec) -> bytes:
    """Put the codec's look-up in front of an exported network, in one graph.

    Each input has the shape `(n, 1)` and the name of its column, in the order of the schema:
    float64 for numbers and booleans (NaN is missing), string for categories ("" is missing) in
    their canonical form, as `Kind.raw` says. Differences are taken in float64, before anything
    becomes float32.

    Args:
        body: what `export_onnx` gave.
        codec: of which `raw_refusal` says nothing.

    Returns:
        A serialised `ModelProto` with the output `scores`.
    """
    network = onnx.load_from_string(body)
    needed = {node.name for node in network.graph.input}
    names = input_names(codec)
    lookup = _Lookup()
    features: dict[str, str] = {}
    for name in codec.raw_columns():
        fitted = codec.columns[name]
        look = lookup.codes if fitted.kind.raw == "word" else lookup.number
        features[name] = look(names[name], fitted)
    for block in codec.blocks:
        if block.name in needed:
            lookup.join([features[c.name] for c in block.columns], block.name, block.dtype)
    front = lookup.model(network.ir_version, network.opset_import)
    merged = onnx.compose.merge_models(
        onnx.compose.add_prefix(front, "lookup/", rename_inputs=False),
        onnx.compose.add_prefix(network, "network/", rename_outputs=False),
        io_map=[(f"lookup/{name}", f"network/{name}") for name in lookup.outputs],
    )
    onnx.checker.check_model(merged)
    graph: bytes = merged.SerializeToString()
    return graph


def input_names(codec: Codec) -> dict[str, str]:
    """The graph's input for each column: its name, with `_` after it where that is taken."""
    taken = {"scores"}
    names = {}
    for column in codec.schema.inputs:
        name = column.name
        while name in taken or name.startswith(("lookup/", "network/")) or not name:
            name = f"{name}_"
        names[column.name] = name
        taken.add(name)
    return names


class _Lookup:
    """A graph under construction: raw inputs to the blocks of the codec."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []
        self.outputs: list[str] = []
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._ends: list[Any] = []

    def number(self, name: str, fitted: Fitted) -> str:
        """Shift in float64, bound, cast. Comparisons with NaN are false, so NaN passes through."""
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["batch", 1]))
        value = name
        for token in sorted(null_numbers(fitted.column.missing)):
            absent = self._node("Equal", value, self._double(token))
            value = self._node("Where", absent, self._double(np.nan), value)
        value = self._node("Sub", value, self._double(float(fitted.shared.offset[fitted.first])))
        for compare, bound in (("Greater", HUGE), ("Less", -HUGE)):
            outside = self._node(compare, value, self._double(bound))
            value = self._node("Where", outside, self._double(bound), value)
        return self._node("Cast", value, to=TensorProto.FLOAT)

    def codes(self, name: str, fitted: Fitted) -> str:
        """Category to code: 0 missing, 1 unseen, 2 and up the categories."""
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.STRING, ["batch", 1]))
        codes = dict.fromkeys(sorted(null_words(fitted.column.missing)), MISSING)
        codes |= {word: code for code, word in enumerate(fitted.state.categories, FIRST)}
        code = self._node(
            "LabelEncoder",
            name,
            domain=ML_DOMAIN,
            keys_strings=list(codes),
            values_int64s=list(codes.values()),
            default_int64=UNSEEN,
        )
        return self._node("Cast", code, to=TensorProto.INT32)

    def join(self, features: list[str], block: str, dtype: str) -> None:
        """One block of the codec from its features."""
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.nodes.append(helper.make_node("Concat", features, [block], name=block, axis=1))
        self._ends.append(helper.make_tensor_value_info(block, kind, ["batch", len(features)]))
        self.outputs.append(block)

    def model(self, ir_version: int, opsets: Any) -> Any:
        """The finished graph, of the versions of the network that follows it."""
        graph = helper.make_graph(self.nodes, "lookup", self.inputs, self._ends, self.constants)
        own = [opset for opset in opsets if opset.domain in ("", "ai.onnx")]
        imports = [*own, helper.make_opsetid(ML_DOMAIN, ML_OPSET)]
        model: Any = helper.make_model(graph, opset_imports=imports)
        model.ir_version = ir_version
        return model

    def _node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"value_{len(self.nodes)}"
        name = f"node_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=name, **attributes))
        return output

    def _double(self, value: float) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, np.float64), name))
        return name
