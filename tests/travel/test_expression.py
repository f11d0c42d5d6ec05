"""Formulas to trees, and what is said of those that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.errors import ConfigError
from fivefold.travel.expression import Call, Literal, Name, Node, names_of, parse
from fivefold.travel.fault import FormulaError
from fivefold.travel.formulas import tree_of


def written(node: Node) -> str:
    """A tree with every bracket."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Literal):
        return repr(node.value)
    return f"({' '.join([node.function, *map(written, node.arguments)])})"


@pytest.mark.parametrize(
    ("text", "tree"),
    {
        "a + b * c": "(+ a (* b c))",
        "a - b - c": "(- (- a b) c)",
        "a ** b ** c": "(** a (** b c))",
        "-a ** 2": "(-x (** a 2.0))",
        "2 ** -a": "(** 2.0 (-x a))",
        "not a and b or c": "(or (and (not a) b) c)",
        "a < b + 1 and c == 'x'": "(and (< a (+ b 1.0)) (== c 'x'))",
        "a / b // c % d": "(% (// (/ a b) c) d)",
        "(a + b) * c": "(* (+ a b) c)",
        "`the ``price``` * 1.5e3": "(* the `price` 1500.0)",
        "a in [1, -2, 'x', true]": "(in a 1.0 (-x 2.0) 'x' True)",
        "f(a, g(), missing)": "(f a (g) None)",
        r'"it\'s" == "a\n"': "(== \"it's\" 'a\\n')",
        "größe": "größe",
        "not a == b": "(not (== a b))",
    }.items(),
)
def test_formula_is_read_by_the_usual_precedence(text, tree):
    assert written(parse(text)) == tree


def test_names_of_a_formula_are_its_columns():
    assert names_of(parse("where(`the town` == 'x', w, h) + w")) == {"the town", "w", "h"}


@pytest.mark.parametrize(
    ("text", "told"),
    {
        "": (0, "found the end"),
        "w *": (3, "found the end"),
        "w h": (2, "`h`"),
        "w = h": (2, "=="),
        "w & h": (2, "Write and"),
        "a < b < c": (6, "a < b and b < c"),
        "a in [b]": (6, "a formula"),
        "a in [missing]": (6, "is_missing"),
        "(w": (2, "`)`"),
        "f(a b)": (4, "`,`"),
        "3x": (1, "'x'"),
        "1e999": (0, "float64"),
        "'open": (0, "Close the text"),
        r"'\x'": (0, "backslash"),
        "a.b": (1, "backticks"),
        "w @ h": (2, "'@'"),
        "()": (1, "`)`"),
        "or": (0, "`or`"),
    }.items(),
)
def test_formula_with_a_fault_is_refused_at_its_place(text, told):
    at, words = told
    with pytest.raises(FormulaError) as caught:
        parse(text)
    error = caught.value.of("area", text)
    assert error.at == at
    assert words in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 101 + "w" + ")" * 101,
        "+".join("w" * 202),
        f"f({'w,' * 999}w)",
        "w" * 10_001,
        "-" * 5_000 + "w",
    ],
)
def test_formula_beyond_the_bounds_is_refused(text):
    with pytest.raises(FormulaError, match="at most"):
        parse(text)


def test_formula_at_the_bounds_is_read():
    assert isinstance(parse("(" * 98 + "w" + ")" * 98), Name)
    assert isinstance(parse("+".join("w" * 200)), Call)
    assert len(names_of(parse(f"join('', {', '.join(f'w{n}' for n in range(900))})"))) == 900


@given(st.text("w1.'`()[],+-*<= \\notandinlog", max_size=40))
def test_any_text_is_a_formula_or_refused_with_a_place_in_it(text):
    fault = None
    try:
        parse(text)
    except FormulaError as found:
        fault = found
    assert fault is None or 0 <= fault.at <= len(text)


def test_unknown_function_is_shown_with_a_caret_and_the_near_name():
    with pytest.raises(ConfigError) as caught:
        tree_of("size", "1 + lgo(w * h)")
    assert str(caught.value) == (
        "Derive, `size`: expected a function, found `lgo`.\n\n"
        "  1 + lgo(w * h)\n"
        "      ^\n\n"
        "Write log."
    )
