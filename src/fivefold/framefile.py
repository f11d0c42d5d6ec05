"""Frames on disk: Parquet, with estimates in their cells as JSON texts."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from fivefold.core.estimate import Estimate

_MARK = "fivefold.estimates"


def is_frame(value: Any) -> bool:
    """Whether it is a frame of pandas, which need not be imported for that."""
    return type(value).__module__.split(".")[0] == "pandas" and type(value).__name__ == "DataFrame"


def write_frame(frame: Any, file: Any) -> None:
    """A frame as Parquet; a column that holds estimates as their JSON texts, and so marked."""
    marked = [name for name in frame.columns if _holds_estimates(frame[name])]
    plain = frame.assign(**{name: list(map(_cell_text, frame[name])) for name in marked})
    plain.attrs = {_MARK: marked} if marked else {}
    plain.to_parquet(file)


def frame_bytes(frame: Any) -> bytes:
    """The same in memory."""
    buffer = BytesIO()
    write_frame(frame, buffer)
    return buffer.getvalue()


def read_frame(content: bytes) -> Any:
    """The frame that `write_frame` wrote."""
    import pandas as pd

    frame = pd.read_parquet(BytesIO(content))
    marked = frame.attrs.pop(_MARK, [])
    columns = {name: list(map(_cell, frame[name])) for name in marked}
    return frame.assign(
        **{n: pd.Series(c, dtype=object, index=frame.index) for n, c in columns.items()}
    )


def _holds_estimates(column: Any) -> bool:
    return column.dtype == object and any(isinstance(cell, Estimate) for cell in column)


def _cell_text(cell: Any) -> str:
    value = {"value": float(cell), **vars(cell)} if isinstance(cell, Estimate) else cell
    return json.dumps(value, default=lambda number: number.item())


def _cell(text: str) -> Any:
    value = json.loads(text)
    return estimate_of(value) if isinstance(value, dict) else value


def estimate_of(values: Mapping[str, Any]) -> Estimate:
    """An estimate from the values that it was written as."""
    return Estimate(values["value"], **{k: v for k, v in values.items() if k != "value"})
