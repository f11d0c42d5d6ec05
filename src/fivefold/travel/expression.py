"""A formula as a tree: numbers, texts, columns, and calls of functions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fivefold.travel.fault import FormulaError
from fivefold.travel.lexer import Token, tokens

DEEPEST = 100
"""The most levels of a formula."""

MOST, HIGHEST = 1000, 200
"""The most parts of a formula, and the most of them one around the other."""

Value = float | bool | str | None

_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "missing": None}
_COMPARE = 4
_BINARY = {
    **{"or": 1, "and": 2, **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "in"), _COMPARE)},
    **{"+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": 8},
}
"""How tightly an operator binds; all group from the left but `**`."""

_PREFIX = {"not": 3, "-": 7, "+": 7}


@dataclass(frozen=True)
class Literal:
    """A number, a text, a truth value, or `missing`."""

    value: Value
    at: int


@dataclass(frozen=True)
class Name:
    """A column."""

    name: str
    at: int


@dataclass(frozen=True)
class Call:
    """A function, or an operator, and what it is given; `at` tells calls of a formula apart."""

    function: str
    arguments: "tuple[Node, ...]"
    at: int
    height: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        inner = [node.height for node in self.arguments if isinstance(node, Call)]
        object.__setattr__(self, "height", max(inner, default=0) + 1)


Node = Literal | Name | Call


def parse(text: str) -> Node:
    """The tree of a formula.

    Raises:
        FormulaError: with the place, if it is none.

    Example:
        >>> parse("w * 2").function
        '*'
    """
    return _Parser(tokens(text)).whole()


def parts(node: Node) -> Iterator[Node]:
    """All parts of a tree, those inside before those around them."""
    if isinstance(node, Call):
        for argument in node.arguments:
            yield from parts(argument)
    yield node


def names_of(node: Node) -> set[str]:
    """The columns that a formula reads."""
    return {part.name for part in parts(node) if isinstance(part, Name)}


class _Parser:
    """Precedence climbing, after Pratt."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0
        self._depth = 0
        self._count = 0

    def whole(self) -> Node:
        tree = self._expression(0)
        if self._next.sort != "end":
            raise self._misplaced("the end or an operator")
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _is(self, *marks: str) -> bool:
        return self._next.sort in ("mark", "name") and self._next.value in marks

    def _expect(self, mark: str) -> None:
        if not self._is(mark):
            raise self._misplaced(f"`{mark}`")
        self._place += 1

    def _misplaced(self, wanted: str) -> FormulaError:
        token = self._next
        found = "the end" if token.sort == "end" else f"`{token.value}`"
        return FormulaError(token.at, wanted, found)

    def _made(self, node: Node) -> Node:
        self._count += 1
        if self._count > MOST:
            raise FormulaError(node.at, f"at most {MOST:,} parts", "more")
        if isinstance(node, Call) and node.height > HIGHEST:
            raise FormulaError(node.at, f"at most {HIGHEST} parts one around the other", "more")
        return node

    def _expression(self, least: int) -> Node:
        """What binds at least so tightly."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(self._next.at, f"at most {DEEPEST} levels", "more")
        left = self._operand()
        while self._next.sort in ("mark", "name"):
            operator = str(self._next.value)
            binds = _BINARY.get(operator, -1)
            if binds < max(least, 0):
                break
            at = self._take().at
            left = self._joined(operator, binds, left, at)
        self._depth -= 1
        return left

    def _joined(self, operator: str, binds: int, left: Node, at: int) -> Node:
        if operator == "in" and self._is("["):
            arguments = (left, *self._list())
        else:  # of ** the right side takes what binds as tightly, a sign as well
            right = self._expression(binds - 1 if operator == "**" else binds + 1)
            arguments = (left, right)
        again = self._next
        chained = again.sort in ("mark", "name") and _BINARY.get(str(again.value)) == _COMPARE
        if binds == _COMPARE and chained:
            found, remedy = f"a chain with `{again.value}`", "Write a < b and b < c."
            raise FormulaError(again.at, "one comparison", found, remedy)
        return self._made(Call(operator, arguments, at))

    def _operand(self) -> Node:
        token = self._next
        operator = str(token.value)
        if token.sort in ("mark", "name") and operator in _PREFIX:
            self._place += 1
            inner = self._expression(_PREFIX[operator])
            function = operator if operator == "not" else f"{operator}x"
            return self._made(Call(function, (inner,), token.at))
        if self._is("("):
            self._place += 1
            inner = self._expression(0)
            self._expect(")")
            return inner
        return self._made(self._atom())

    def _atom(self) -> Node:
        token = self._next
        if token.sort in ("number", "string"):
            self._place += 1
            return Literal(token.value, token.at)
        if token.sort == "column":
            self._place += 1
            return Name(str(token.value), token.at)
        name = str(token.value)
        if token.sort != "name" or name in _BINARY:
            raise self._misplaced("a column, a number, a text or a function")
        self._place += 1
        if self._is("("):
            return Call(name, self._arguments(), token.at)  # counted by its caller
        return Literal(_CONSTANTS[name], token.at) if name in _CONSTANTS else Name(name, token.at)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        while not self._is(")"):
            if found:
                self._expect(",")
            found.append(self._expression(0))
        self._expect(")")
        return tuple(found)

    def _list(self) -> tuple[Node, ...]:
        self._expect("[")
        found: list[Node] = []
        while not found or not self._is("]"):
            if found:
                self._expect(",")
            node = self._expression(_COMPARE + 1)
            negative = isinstance(node, Call) and node.function == "-x"
            inner = node.arguments[0] if negative and isinstance(node, Call) else node
            if not isinstance(inner, Literal):
                raise FormulaError(node.at, "numbers or texts in the list", "a formula")
            if inner.value is None:
                remedy = "Write is_missing(x) or x in [...]."
                raise FormulaError(node.at, "numbers or texts in the list", "`missing`", remedy)
            found.append(node)
        self._expect("]")
        return tuple(found)
