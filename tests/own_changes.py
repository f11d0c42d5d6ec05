"""Stages that change rows, as a user would write them in a file of theirs."""

import numpy as np

import fivefold as ff


class Flip(ff.Change):
    """Turn the sign of a column."""

    column: str = "w"

    def rows(self, table):
        return table.replace({self.column: -table.column(self.column)})


class Area(ff.Change):
    """Add a column."""

    def rows(self, table):
        return table.replace({"area": table.column("w") * table.column("h")})


class Whole(ff.Change):
    """Centre a column on the rows at hand: a row alone is always in the middle."""

    def rows(self, table):
        w = table.column("w")
        return table.replace({"w": w - np.nanmean(w)})


class Fewer(ff.Change):
    """Take rows out."""

    def rows(self, table):
        return table.take(np.arange(len(table) - 1))


class Sides(ff.Change):
    """Add a truth value and a text, by way of columns that are no inputs."""

    def rows(self, table):
        w, person = table.column("w"), table.column("person")
        first = np.array([None if p is None else p[:2] for p in person.tolist()], object)
        return table.replace({"wide": w > 0, "first": first})
