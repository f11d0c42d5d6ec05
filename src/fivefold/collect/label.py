"""The stage that gives rows a target, by what people and functions say of them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Unpack

import numpy as np
from pydantic import Field, field_validator

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label as Class
from fivefold.collect.addtarget import Wanted, add_target, labels_of_source
from fivefold.collect.labelfaults import column_faults, command_of, nothing_said, setting_faults
from fivefold.collect.labelfindings import annotators_told, label_findings
from fivefold.collect.labelled import Answers, Asked, answered, heard
from fivefold.collect.labelpage import Opening, open_page
from fivefold.collect.labelrows import marked_column, rows_of
from fivefold.collect.noticed import noticed
from fivefold.collect.randompart import TRAIN, random_part
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted, Observer
from fivefold.core.session import Session
from fivefold.core.stage import Count, PathText, Stage
from fivefold.decided import Provenance
from fivefold.errors import DataError, FivefoldError
from fivefold.label.agreed import agreed
from fivefold.label.annotator import Rule
from fivefold.label.event import Event
from fivefold.label.events import FILE, read_strokes
from fivefold.label.item import item_ids
from fivefold.label.recall import FILE as ANSWERS
from fivefold.label.recall import AnswerFile, recalled, times_forgotten
from fivefold.label.spread import Form, classes_named
from fivefold.label.standing import digest
from fivefold.label.truth import How
from fivefold.reading.columnnames import Name, placed

if TYPE_CHECKING:
    from fivefold.label.room import Room

Share = Annotated[float, Field(ge=0, le=1)]
ASIDE = ("dropped as asked", "id", "row number")
"""Why a column is ignored that says nothing of what a row is."""


class Label(Stage):
    """Give rows a target: by people, rules, and any function that answers for a row.

    Stands right after the stage that reads the rows, which needs no target then. People label in a
    page (`fivefold label`, `Label.open`), where every stroke is kept in `directory`. What they say
    is trusted; of functions the accuracy is measured on rows that people labelled at random, and
    what they say is weighed by it. Test rows come from these rows alone.

    Args:
        classes: in their order; None named are those that people and rules name.
        answer: what a row is given: one `class`, any number of `classes`, `spans` of a text (or
            stretches of a series or sound), or a `number`.
        ordered: whether the classes go from the least to the most.
        target: the new column; that of the target that the source brought, to correct it.
        by: columns that say which row it is, so that labels stay with it when the source is read
            again, by name or place; all that are learnt from if empty. Spans stand in the first
            that can be marked.
        rules: each says one class of some rows, see `rule`; names them by their order.
        annotators: functions by name, a language model for instance: of a row, a mapping, to a
            label, or None where it says nothing.
        directory: where labels are kept, and what `annotators` said: each is asked of an item once,
            as long as the function is the same; see `forget`.
        truth: what decides where people differ: how each of them errs (Dawid and Skene), or the
            majority.
        sure: the least probability of a label that functions alone give.
        test: fraction of the rows that people labelled which are to be test rows; fewer where fewer
            were labelled at random, and half of these at most where functions are measured by them.
        positive: the class that a binary model is judged by, as of Collect.
        guide: guidelines for people, as text or the path of a `.md` or `.txt` file.
        budget: labels that people are asked for; None for as many as there are rows.
        overlap: fraction of items that two people are given.
        repeats: fraction of items that a person is shown again, unseen.
        random: fraction of items that are drawn at random, where a model chooses the others.

    Example:
        >>> import fivefold as ff
        >>> stage = Label(["junior", "senior"], rules=[
        ...     ff.rule("senior", column="text", contains="years of experience")])
        >>> stage.target, stage.answer
        ('label', 'class')
    """

    classes: tuple[Class, ...] = Field(default=(), kw_only=False)
    answer: Form = "class"
    ordered: bool = False
    target: str = "label"
    by: tuple[Name, ...] = ()
    rules: tuple[Rule, ...] = ()
    annotators: dict[str, Callable[..., Any]] = Field(default_factory=dict)
    directory: PathText | None = None
    truth: How = "dawid_skene"
    sure: Annotated[float, Field(ge=0.5, lt=1)] = 0.7
    test: Annotated[float, Field(ge=0, lt=1)] = 0.2
    positive: Class | None = None
    guide: PathText | None = None
    budget: Count | None = None
    overlap: Share = 0.1
    repeats: Share = 0.03
    random: Annotated[float, Field(ge=0.2, le=1)] = 0.2

    completes: ClassVar[bool] = True
    bitless: ClassVar[frozenset[str]] = frozenset(
        {"directory", "guide", "budget", "overlap", "repeats", "random"}
    )

    @field_validator("rules", mode="before")
    @classmethod
    def _read_rules(cls, rules: Any) -> Any:
        given = [rules] if isinstance(rules, Rule) else rules
        if not isinstance(given, list | tuple):
            return rules
        return tuple(Rule.of(one) if isinstance(one, dict) else one for one in given)

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """No label and no rule, classes that are none, columns that are not there."""
        collected = found.get(Collected)
        try:
            events, facts = self._strokes()
        except DataError as fault:
            return [fault]
        faults = setting_faults(self.answer, self.classes, self.rules)
        if not faults and not any(event.is_answer for event in events) and not self.rules:
            faults.append(nothing_said(self, collected, "no label and no rule"))
        if collected is not None:
            faults += column_faults(self.target, self.by, self.rules, collected, facts)
        return faults

    def sources(self) -> dict[str, str]:
        """The digest of what people said."""
        events, facts = self._strokes()
        by = "" if self.by else ",".join(sorted(facts.get("by", ())))
        path = self._answers()
        times = times_forgotten(path) if path is not None and self.annotators else 0
        return {"labels": digest(events) + by} | ({"asked again": str(times)} if times else {})

    def asked(self, events: "list[Event] | tuple[Event, ...]" = ()) -> Asked:
        """The question, with the classes that are said, or were named in strokes and rules."""
        titles: dict[str, Rule] = {}
        for number, rule in enumerate(self.rules, 1):
            titles[rule.title if rule.title not in titles else f"{rule.title} ({number})"] = rule
        classes = self.classes or classes_named(
            events, self.answer, [rule.label for rule in self.rules]
        )
        return Asked(
            form=self.answer,
            classes=classes,
            ordered=self.ordered,
            how=self.truth,
            sure=self.sure,
            rules=titles,
            others=self.annotators,
            positive=self.positive,
        )

    def columns(self, collected: Collected) -> tuple[str, ...]:
        """The columns that say which row it is."""
        if self.by:
            return tuple(placed(self.by, collected.table.names, "Label", "by="))
        told = tuple(self._strokes()[1].get("by", ()))
        return told or tuple(
            column.name
            for column in collected.schema.columns
            if column.role in ("input", "exposure")
            or (column.role == "ignored" and column.reason not in ASIDE)
        )

    def items(self, collected: Collected) -> list[str]:
        """The id of each row's item, by which labels are kept."""
        return item_ids(collected.table, self.columns(collected))

    def spanned(self, collected: Collected) -> str:
        """The column in which spans stand; empty where none are asked for."""
        is_asked = self.answer == "spans"
        return marked_column(collected, self.columns(collected)) if is_asked else ""

    @staticmethod
    def rows(source: Any, observers: tuple[Observer, ...] = ()) -> Collected:
        """The rows of a source before they are labelled.

        Args:
            source: of any form that Collect takes, the folder of a crawl, a stage that reads rows,
                or a list of stages before the labels, or a pipeline.
            observers: are told every event.
        """
        return rows_of(source, Label(), observers)

    def forget(self, *names: str) -> int:
        """Let go of what functions said, so that they are asked again; gives how many answers.

        Args:
            names: of the functions in `annotators`; all if there is none.
        """
        path = self._answers()
        if path is None or not path.exists():
            return 0
        with AnswerFile(path) as kept:
            return kept.forget(names)

    def open(self, source: Any, **said: Unpack[Opening]) -> "Room":
        """Open the page on which people label, in a thread of this process.

        Args:
            source: as of `rows`, or rows that were read.
            said: see `Opening`: `people`, `assistant`, `port` and others.

        Returns:
            The page: `addresses` by person, `wait(labels)`, `close()`.
        """
        return open_page(self, source, said)

    def run(self, collected: Collected, session: Session) -> Collected:
        """Weigh what people and functions said, and give rows their target."""
        events, _ = self._strokes()
        asked, items = self.asked(events), self.items(collected)
        people = heard(events, items, asked)
        before = people.truth(asked)
        functions = {**asked.rules, **asked.others}
        corrects = bool(collected.schema.targets)
        rows = random_part(
            collected,
            items,
            before.labels,
            people.drawn,
            seed=session.seed,
            test=0.0 if corrects else self.test,
            most=0.5 if functions else 1.0,
        )
        places = zip(items, rows.given.tolist(), strict=True)
        aside = frozenset(item for item, part in places if part != TRAIN and not corrects)
        truth = people.truth(asked, aside)
        known = {i: label for i, label in truth.labels.items() if i in people.drawn - aside}
        answers = Answers({})
        if functions and not corrects:
            with recalled(asked.others, self._answers()) as recall:
                answers = answered(collected, items, asked, known, recall, session.emit)
            for text in recall.notes():
                session.emit(Noted(text=text))
        labels = {**answers.labels, **truth.labels}
        left = {*truth.disputed, *people.skipped}
        labels = {item: told for item, told in labels.items() if item not in left}
        cells: list[Any] = [labels.get(item) for item in items]
        if corrects:
            cells = [
                old if new is None else new
                for old, new in zip(labels_of_source(collected), cells, strict=True)
            ]
        usable = collected.usable & np.array([cell is not None for cell in cells], bool)
        usable = usable if corrects else usable & ~rows.left
        if not usable.any():
            raise nothing_said(self, collected, "none that people or functions gave")
        classes = asked.classes if not corrects else ()
        remedy = f"Label more rows: {command_of(self, collected)}."
        wanted = Wanted(self.target, self.answer, classes, self.ordered, self.positive, remedy)
        made, settled = add_target(collected, wanted, cells, usable, self.spanned(collected))
        if not corrects:
            made = rows.put(made)
        table = {name: made.table.column(name) for name in made.table.names}
        among = agreed(events, self.answer, asked.classes, ordered=self.ordered)
        told = label_findings(people, truth, answers, among, rows, made.usable, items)
        findings = noticed(
            table,
            table,
            made.schema,
            made.usable,
            made.given,
            [*told, *(f for f in collected.findings if not corrects), *settled.findings],
            seed=session.seed,
        )
        for text in settled.notes:
            session.emit(Noted(text=text))
        for finding in findings:
            if finding not in collected.findings:
                session.emit(Found(finding=finding))
        said = {**collected.provenance, "labels": digest(events)}
        return made.replace(
            findings=findings,
            provenance=Provenance(**said),
            labelling=annotators_told(truth, answers, among, asked),
        )

    def _strokes(self) -> tuple[list[Event], dict[str, Any]]:
        if self.directory is None:
            return [], {}
        return read_strokes(Path(self.directory) / FILE)

    def _answers(self) -> Path | None:
        return None if self.directory is None else Path(self.directory) / ANSWERS
