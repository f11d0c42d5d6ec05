"""The beginning of an estimator's graph that reads columns: from a matrix of codes to each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.models.originals import Original
from fivefold.models.subgraph import MATRIX


def front_of(
    originals: Sequence[Original], *, exact: bool, missing: str
) -> tuple[list[Any], list[Any]]:
    """Nodes and constants that give each column under its name.

    Args:
        originals: the columns.
        exact: whether numbers are float64.
        missing: the word for a missing category, as ONNX has no other.
    """
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = list[Any](), list[Any]()

    def constant(name: str, values: Any) -> str:
        constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    for number, one in enumerate(originals):
        at = f"column{number}_"
        places = constant(f"{at}places", np.arange(one.start, one.start + one.size))
        cells = node("Gather", [MATRIX, places], f"{at}cells", axis=1)
        if not one.words:
            double = node("Cast", [cells], f"{at}double", to=TensorProto.DOUBLE)
            offset = constant(f"{at}offset", np.float64(one.offset))
            kind = TensorProto.DOUBLE if exact else TensorProto.FLOAT
            moved = node("Add", [double, offset], f"{at}moved")
            node("Cast", [moved], one.name, to=kind)
            continue
        words = one.words if one.is_text else (missing, *one.words[1:])
        known = constant(f"{at}words", np.array(words, dtype=object))
        codes = node("Cast", [cells], f"{at}codes", to=TensorProto.INT64)
        found, left = node("Gather", [known, codes], f"{at}found"), one.size
        while left > 1:  # words beside one another, then pairs of them
            even = constant(f"{at}even{left}", np.arange(0, left - left % 2, 2))
            odd = constant(f"{at}odd{left}", np.arange(1, left, 2))
            first = node("Gather", [found, even], f"{at}first{left}", axis=1)
            second = node("Gather", [found, odd], f"{at}second{left}", axis=1)
            both = node("StringConcat", [first, second], f"{at}both{left}")
            if left % 2:
                last = constant(f"{at}last{left}", np.array([left - 1]))
                rest = node("Gather", [found, last], f"{at}rest{left}", axis=1)
                both = node("Concat", [both, rest], f"{at}all{left}", axis=1)
            found, left = both, (left + 1) // 2
        node("Identity", [found], one.name)
    return nodes, constants
