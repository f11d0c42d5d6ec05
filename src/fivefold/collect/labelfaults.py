"""What of the settings of `Label` cannot be: of themselves, and of the rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected
from fivefold.core.wording import literal, nearest, quoted
from fivefold.errors import ConfigError, DataError, FivefoldError, PreflightError
from fivefold.reading.columnnames import Name, placed

if TYPE_CHECKING:
    from fivefold.label.annotator import Rule
    from fivefold.label.spread import Form


def setting_faults(
    form: "Form", classes: tuple[Any, ...], rules: "tuple[Rule, ...]"
) -> list[FivefoldError]:
    """Classes where there are none, too few, or others than those of rules."""
    faults: list[FivefoldError] = []
    if form == "number" and (classes or rules):
        remedy = "Leave classes= and rules= out; annotators= may give numbers."
        found = "some"
        faults.append(
            ConfigError.expected("Label", "no classes where numbers are given", found, remedy)
        )
    if form == "class" and len(classes) == 1:
        remedy = "Name two classes or more."
        faults.append(ConfigError.expected("Label", "classes", quoted(classes), remedy))
    for rule in rules if classes else ():
        if rule.label not in classes:
            near = nearest(str(rule.label), [str(one) for one in classes])
            remedy = f"Write {near!r}." if near else "Name it in classes=."
            found = f"a rule for {literal(rule.label)}"
            faults.append(ConfigError.expected("Label", quoted(classes), found, remedy))
    return faults


def column_faults(
    target: str,
    by: tuple[Name, ...],
    rules: "tuple[Rule, ...]",
    collected: Collected,
    facts: Mapping[str, Any],
) -> list[FivefoldError]:
    """A target of another name, a name that is taken, columns that are not there."""
    names, targets = collected.table.names, collected.schema.targets
    faults: list[FivefoldError] = []
    if targets and targets != (target,):
        remedy = f"Leave target= out before Label, or pass target={literal(targets[0])} to it, "
        remedy += "which corrects these."
        found = f"the target {quoted(targets)}"
        faults.append(DataError.expected("Label", "rows without a target", found, remedy))
    elif not targets and target in names:
        remedy = "Pass another target=."
        faults.append(ConfigError.expected("Label", "a new name", f"the column `{target}`", remedy))
    try:
        by = tuple(placed(by, names, "Label", "by="))
    except DataError as fault:
        return [*faults, fault]
    asked = [rule.said["column"] for rule in rules if "column" in rule.said]
    for name in dict.fromkeys([*(by or facts.get("by", ())), *asked]):
        if name not in names:
            near = nearest(str(name), list(names))
            remedy = f"Write {near!r}." if near else "Name a column of the table."
            wanted, found = f"one of {quoted(names, 20)}", f"`{name}`"
            faults.append(DataError.expected("Label", wanted, found, remedy, column=name))
    return faults


def nothing_said(label: Any, collected: Collected | None, found: str) -> PreflightError:
    """The fault where nobody has labelled anything, with what opens the page."""
    where = "" if label.directory is None else f" in {label.directory}"
    remedy = f"Run {command_of(label, collected)} and label some rows, or pass rules=."
    return PreflightError.expected("Label", f"labels{where}", found, remedy)


def command_of(label: Any, collected: Collected | None) -> str:
    """What opens the page of a stage, for the rows that it labels."""
    source = "SOURCE" if collected is None else collected.provenance.source
    words = ["fivefold label", source if " " not in source else f"'{source}'"]
    if label.classes:
        words.append(f"--classes {','.join(map(str, label.classes))}")
    if label.by:
        words.append(f"--by {','.join(map(str, label.by))}")
    words.append(f"--directory {label.directory or 'labels'}")
    return f"`{' '.join(words)}`"
