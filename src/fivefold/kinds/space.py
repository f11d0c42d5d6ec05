"""What the arrays and tensors of a column are called."""

from fivefold.codecs.schema import Column

_TAKEN = frozenset({"numeric", "codes", "table"})


def space_of(column: Column, shared: frozenset[str] = frozenset()) -> str:
    """The name of the array, and of the tensor, of a column that does not share one.

    It is the column's own, unless a table's arrays have that name; then the kind stands before it,
    as before every name with a slash, so that no two columns of any names meet.

    Args:
        column: of the schema.
        shared: names of arrays that columns share, besides those of fivefold.

    Example:
        >>> [space_of(Column(name=name, kind="text")) for name in ("note", "codes", "a/b")]
        ['note', 'text/codes', 'text/a/b']
    """
    taken = column.name in _TAKEN or column.name in shared or "/" in column.name
    return f"{column.kind}/{column.name}" if taken else column.name


def older_space_of(column: Column) -> tuple[str, str]:
    """The names of array and tensor in bundles of 0.1 and of the first 0.2.

    Example:
        >>> [older_space_of(Column(name=name, kind="text")) for name in ("note", "codes", "table")]
        [('note', 'note'), ('codes_', 'codes_'), ('table', 'table_')]
    """
    array = column.name + "_" if column.name in {"numeric", "codes"} else column.name
    return array, array + "_" if array in {"table", "codes"} else array
