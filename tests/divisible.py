"""Tables whose rows are to be divided."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns


def collect(
    columns: dict[str, Any],
    *,
    task: str = "binary",
    kinds: dict[str, str] | None = None,
    given: list[int] | None = None,
    usable: list[bool] | None = None,
    **roles: str,
) -> Collected:
    """A table whose column `y` is the target; `roles` gives others theirs, `group="person"`."""
    by_column = {name: role for role, name in roles.items()} | {"y": "target"}
    arrays = {}
    listed = []
    for name, values in columns.items():
        array = np.asarray(values)
        is_text = array.dtype.kind in "US"
        arrays[name] = array.astype(object) if is_text else array
        kind = "categorical" if array.dtype.kind in "USO" else "numeric"
        kind = "datetime" if array.dtype.kind == "M" else kind
        kind = (kinds or {}).get(name, kind)
        listed.append(Column(name=name, kind=kind, role=by_column.get(name, "input")))
    classes = () if task == "regression" else tuple(sorted(set(columns["y"])))
    rows = len(arrays["y"])
    return Collected(
        table=Columns(arrays),
        schema=Schema(columns=tuple(listed), targets=("y",), task=task, classes=classes),
        usable=np.ones(rows, dtype=bool) if usable is None else np.array(usable),
        given=None if given is None else np.array(given, dtype=np.int8),
        findings=(),
        provenance={},
    )


def distinct(rows: int, **more: Any) -> dict[str, Any]:
    """Columns of rows that all differ."""
    return {"x": np.arange(rows, dtype=float), **more}


def two_classes(rows: int, share: float) -> list[str]:
    rare = round(rows * share)
    return ["yes"] * rare + ["no"] * (rows - rare)


def visits(rows: int, people: int) -> dict[str, Any]:
    """One row an hour, the people in turn."""
    person = [f"person {n % people}" for n in range(rows)]
    when = np.datetime64("2024-01-01", "us") + np.arange(rows) * np.timedelta64(1, "h")
    return distinct(rows, person=person, when=when, y=two_classes(rows, 0.5))


def random_columns(seed: int, rows: int, values: int, said: list[int]) -> dict[str, Any]:
    """Columns of `rows` rows with at most that many different values each."""
    rng = np.random.default_rng(seed)

    def column(choices: list[Any]) -> list[Any]:
        return [choices[n] for n in rng.integers(min(values, len(choices)), size=rows)]

    return {
        "x": column([0.0, 1.0, np.nan, -0.0, 2.5, *range(9, 40)]),
        "z": column(["a", None, "b", "ä", ""]),
        "unit": column([f"person {n}" for n in range(12)]),
        "when": column([float(n) for n in range(30)]),
        "y": column(["p", "q", "r"]),
        "usable": column([True, True, True, False]),
        "given": None if not said else [said[n] for n in rng.integers(len(said), size=rows)],
    }


TABLES = st.builds(
    random_columns,
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 60),
    values=st.sampled_from([1, 2, 3, 5, 30]),
    said=st.sampled_from([[], [-1, 2], [-1] + [2] * 9, [-1, 1], [0, 2], [0, 1, 2], [-1, 0], [0]]),
)


def table(drawn: dict[str, Any], **roles: str) -> Collected:
    columns = {name: drawn[name] for name in ("x", "z", "unit", "when", "y")}
    columns["z"] = np.array([*drawn["z"]], dtype=object)
    ignored = {"group": {"unit"}, "time": {"when"}}
    spare = {"unit", "when"} - {name for role in roles for name in ignored[role]}
    inputs = {name: values for name, values in columns.items() if name not in spare}
    return collect(inputs, task="multiclass", usable=drawn["usable"], given=drawn["given"], **roles)
