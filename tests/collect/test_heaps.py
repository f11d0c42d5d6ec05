import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.collect.heapfindings import heap_findings
from fivefold.collect.heaps import find_heaps, heaps_of

ROWS, SEEDS = 400, range(20)
BASES = {
    "normal": lambda r: r.normal(50, 10, ROWS),
    "amounts": lambda r: r.lognormal(10, 0.6, ROWS),
    "incomes": lambda r: np.rint(r.lognormal(10.5, 0.7, ROWS)),
    "tenths": lambda r: np.round(r.normal(30, 6, ROWS), 1),
    "ages": lambda r: np.rint(r.gamma(9, 5, ROWS) + 1),
}
PLANTED = {
    "zeros": lambda r, x: np.where(r.random(ROWS) < 0.1, 0, x),
    "-1": lambda r, x: np.where(r.random(ROWS) < 0.05, -1, x),
    "-999": lambda r, x: np.where(r.random(ROWS) < 0.05, -999, x),
    "99999": lambda r, x: np.where(r.random(ROWS) < 0.05, 99999, x),
    "mean": lambda r, x: np.where(r.random(ROWS) < 0.1, x.mean(), x),
    "cap": lambda r, x: np.minimum(x, np.quantile(x, 0.95)),
    "floor": lambda r, x: np.maximum(x, np.quantile(x, 0.05)),
}
CLEAN = BASES | {
    "zero-inflated count": lambda r: r.poisson(4, ROWS) * (r.random(ROWS) < 0.6) * 1.0,
    "count": lambda r: r.negative_binomial(1, 0.2, ROWS) * 1.0,
    "zipf": lambda r: np.minimum(r.zipf(2, ROWS), 1e6) * 1.0,
    "mostly no amount": lambda r: np.where(r.random(ROWS) < 0.7, 0, r.lognormal(7, 1, ROWS)),
    "rain": lambda r: np.round(np.where(r.random(ROWS) < 0.5, 0, r.exponential(5, ROWS)), 1),
    "truth": lambda r: r.integers(0, 2, ROWS) * 1.0,
    "grades": lambda r: r.integers(1, 11, ROWS) * 1.0,
    "hours": lambda r: r.integers(0, 24, ROWS) * 1.0,
    "shares": lambda r: np.round(np.clip(r.normal(0.5, 0.5, ROWS), 0, 1), 2),
    "round incomes": lambda r: np.rint(r.lognormal(10.5, 0.7, ROWS) / 1000) * 1000,
    "prices": lambda r: np.rint(r.gamma(2, 10, ROWS)) + 0.99,
    "long tail": lambda r: r.pareto(1.5, ROWS) * 1000,
    "repeated": lambda r: np.repeat(r.normal(0, 1, ROWS // 4), 4),
    "temperatures": lambda r: np.round(r.normal(0, 8, ROWS), 1),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_heap_that_is_planted_is_found_in_most_of_20_seeds(plant):
    for base in BASES:
        found = 0
        for seed in SEEDS:
            draw = np.random.default_rng(seed)
            cells = PLANTED[plant](draw, BASES[base](draw))
            numbers, counts = np.unique(cells, return_counts=True)
            found += numbers[counts.argmax()] in [heap.value for heap in heaps_of(cells)]
        assert found >= 18, base


def test_cap_of_whole_numbers_at_their_99th_percentile_is_found_from_some_thousand_rows_on():
    def found(made):
        columns = [made(np.random.default_rng(seed)) for seed in SEEDS]
        assert not any(heaps_of(cells) for cells in columns)
        ends = [np.minimum(cells, np.quantile(cells, 0.99).round()) for cells in columns]
        return sum(cells.max() in [heap.value for heap in heaps_of(cells)] for cells in ends)

    assert found(lambda r: np.rint(r.gamma(9, 5, 1000) + 1)) >= 18
    assert found(lambda r: np.rint(r.normal(50, 10, 5000))) >= 18


def test_a_few_zeros_apart_from_shares_are_told_and_many_are_not():
    def told(few, seed):
        draw = np.random.default_rng(seed)
        shares = np.clip(np.round(draw.normal(0.6, 0.12, 5000), 2), 0.15, 1)
        shares[draw.random(5000) < few] = 0
        return {heap.value: heap.how for heap in heaps_of(np.r_[shares, 1.0])}.get(0.0)

    assert sum(told(0.004, seed) in ("zero", "apart") for seed in SEEDS) >= 18
    assert not any(told(0.2, seed) for seed in SEEDS)


def test_heaps_of_clean_columns_are_found_in_hardly_any_of_20_seeds():
    found = {
        n: sum(bool(heaps_of(c(np.random.default_rng(s)))) for s in SEEDS) for n, c in CLEAN.items()
    }
    assert {name: count for name, count in found.items() if count > 1} == {}


def told(columns, targets=()):
    schema = Schema(
        columns=tuple(
            Column(
                name=name,
                kind="datetime" if cells.dtype.kind == "M" else "numeric",
                role="target" if name in targets else "input",
            )
            for name, cells in columns.items()
        ),
        targets=targets,
        task="regression",
    )
    usable = np.ones(len(next(iter(columns.values()))), bool)
    return heap_findings(find_heaps(columns, schema, usable), schema)


def test_spike_says_where_numbers_stand_out_and_how_they_are_read_as_missing():
    draw = np.random.default_rng(0)
    weight = np.where(np.arange(ROWS) < 36, 0.0, draw.normal(70, 8, ROWS))
    age = np.where(np.arange(ROWS) % 10 == 0, 41.2375, np.rint(draw.normal(41, 9, ROWS)))
    [found] = told({"weight": weight, "age": age})
    least = f"{weight[weight > 0].min():.10g}"
    assert (found.code, found.severity) == ("spike", "warning")
    assert found.sentence == (
        "Some values stand out: `age` is 41.2375 in 40 rows (10%), with more decimals than all "
        f"others; `weight` is 0 in 36 rows (9%), and never between that and {least}. "
        'Pass missing={"age": [41.2375], "weight": [0]} where they stand for what is not known.'
    )
    assert found.numbers["columns"] == ["age", "weight"]


def test_cap_of_the_target_and_of_an_input_are_told_apart():
    draw = np.random.default_rng(0)
    price, income = np.minimum(draw.lognormal(12, 0.5, (2, ROWS)), 300_000)
    target, column = told({"price": price, "income": income}, ("price",))
    assert target.numbers["target"]
    assert "300,000 in `price`, its largest number" in target.sentence
    assert "no model predicts them" in target.sentence
    assert 'ff.Derive({"income_capped": "`income` >= 300000"})' in column.sentence


def test_rows_that_repeat_are_no_heap():
    cells = np.random.default_rng(0).normal(size=(2, ROWS))
    cells[0, :8] = 40.0
    assert told({"a": cells[0], "b": cells[1]})
    cells[1, :8] = 7.0
    assert not told({"a": cells[0], "b": cells[1]})


def test_dates_that_stand_for_missing_ones_are_found():
    days = np.datetime64("2020-01-01") + np.random.default_rng(0).integers(0, 900, ROWS)
    days = np.where(np.arange(ROWS) < 9, np.datetime64("1900-01-01"), days).astype("M8[us]")
    [found] = told({"paid": days})
    assert "`paid` is 1900-01-01 in 9 rows" in found.sentence
    assert 'Pass missing={"paid": ["1900-01-01"]}' in found.sentence
