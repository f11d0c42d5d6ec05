"""All that is remarkable about a table, the serious first."""

from collections.abc import Iterable

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.collect.absences import absence_findings, find_absences
from fivefold.collect.heaps import find_heaps, without
from fivefold.collect.labelwords import find_label_words
from fivefold.collect.later import find_later
from fivefold.collect.leakage import find_leaks
from fivefold.collect.people import find_people
from fivefold.collect.quality import Values, inspect
from fivefold.core.finding import Finding

SEVERITIES = ("serious", "warning", "note")  # in the order in which they are told


def noticed(
    held: Values,
    values: Values,
    schema: Schema,
    usable: Array,
    given: Array | None,
    others: Iterable[Finding] = (),
    *,
    seed: int = 0,
) -> tuple[Finding, ...]:
    """What a careful reader would remark, with what was noticed on the way.

    Args:
        held: values by name, whole numbers as they stand where floats would make them equal.
        values: canonical, by name.
        schema: kinds and roles; of rows without a target nothing more is looked for.
        usable: `(n,)` bool.
        given: `(n,)` the parts that the source gives, or None.
        others: found before.
        seed: of the samples that leaks are looked for in.
    """
    found = [*others, *find_people(held, schema)]
    if schema.targets:
        heaps = find_heaps(values, schema, usable)
        absences = find_absences(without(values, heaps), schema, usable)
        given_away = {one.column for one in absences if one.serious}
        found = [
            *inspect(held, schema, usable, given, heaps),
            *found,
            *absence_findings(absences),
        ]
        leaks = find_leaks(values, schema, usable, seed=seed, known=given_away)
        told = {*given_away, *(name for one in leaks for name in one.numbers["columns"])}
        leaks += find_later(values, schema, usable, known=told)
        found += leaks + find_label_words(values, schema, usable, known=told)
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
