"""What a datasheet asks of data, and a model card of a model: the two lists of questions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

from fivefold.core.wording import nearest, quoted
from fivefold.errors import ConfigError

CATALOGUE = """\
Motivation
title: What is the data called?
purpose: What was it made for, and what was missing before?
creators: Who made it, and on whose behalf?
funding: Who paid for it?
Composition
rows*: What does a row stand for, and how many are there?
columns*: What does a row consist of?
target*: What is to be predicted?
sample: Is this all there is, or a sample of more; drawn how, and does it stand for the whole?
missing*: What is missing, and why?
relations*: Which rows belong together, and how is that told?
parts*: Which rows are meant to be learnt from and judged by?
errors*: What is wrong, noisy or there twice?
sources*: What was it read from, and will that stay as it is?
confidential: Is any of it confidential, or protected by law?
upsetting: Could any of it insult, frighten or hurt those who see it?
people: Does it tell of people; of which groups, and of how many in each?
identity*: Can people be recognised by it, alone or beside other data?
sensitive: Does it tell what could harm people: health, beliefs, origin, money, whereabouts?
Collection process
acquisition: How was what a row tells obtained: measured, reported, inferred; who verified it?
instruments: With which devices, programs or forms, and how were these checked?
workers: Who did the work, and how were they paid?
period*: Over what time was it collected, and of what time does it tell?
review: Who judged whether it was right to collect it?
consent: Do the people in it know and agree, and can they take that back?
harm: What could it do to the people in it, and who has looked into that?
Preprocessing, cleaning, labelling
cleaning*: What was done to the rows: left out, mended, computed?
labelling*: Who gave the answers, by which guidelines, and how far do they agree?
raw*: Is what was there before kept, and where?
Uses
used: What has it been used for?
fit: What else could it be used for?
unfit: What should it not be used for?
bias: What in it may make answers worse or unfair for some, and what can be done about that?
Distribution
access: Who gets it, how, and from when on?
url: At which address is it described?
published: On which day was it published (2026-11-30)?
licence*: Under which licence or terms?
citation: How is it cited?
restrictions: Do others have rights to it, or laws that limit where it goes?
Maintenance
contact: Who looks after it, and how are they reached?
version*: Which version is this?
updates: Will it be mended or extended, how often, and who tells of that?
retention: How long may it be kept, and what becomes of it then?
older: Are older versions kept?
contributions: How can others add to it?
"""
"""Sections, and in each `name: question`; fivefold knows a part of the answer where there is a *.

The sections, and what they ask for, follow Gebru et al., Datasheets for Datasets, 2021.
"""

CARD_CATALOGUE = """\
Model details
owner: Who made it, and answers for it?
model_version: Which version of the model is it?
terms: Under which licence or terms may it be used?
support: Where do questions and complaints about it go?
Intended use
intended_use: What is it to be used for?
users: Who is to use it?
out_of_scope: What must it not be used for?
Factors
factors: Which groups, devices or surroundings may change how well it answers?
Metrics
why_metrics: Why are these the scores that matter, and what does each error cost?
Evaluation data
why_data: Why do the test rows stand for those that it will be asked about?
Ethical considerations
stakes: Does it decide on health, safety, rights or money of people, and who looks at its answers?
risks: Whom may it harm, and how?
mitigations: What was done against that?
Caveats and recommendations
caveats: What else must whoever uses it know?
monitoring: How is it watched in use, and when is it trained again or taken down?
Approval
reviewer: Who has reviewed it?
approved_on: On which day was it approved, as year-month-day?
"""
"""The same of a model card, of what only people can answer; all else in a card is computed.

The sections, but for the last, follow Mitchell et al., Model Cards for Model Reporting, 2019.
"""


class Question(NamedTuple):
    """One question.

    Attributes:
        name: by which an answer is given: `consent`.
        section: where it stands.
        text: the question.
        known: whether fivefold can tell a part of the answer.
    """

    name: str
    section: str
    text: str
    known: bool


Required = tuple[str, ...] | Literal["all"]
"""Names of questions that must be answered; `all` of those of which fivefold knows nothing."""


@dataclass(frozen=True)
class Form:
    """A list of questions that people answer.

    Args:
        name: what it is called, which is the setting of Deploy that takes it.
        blank: the command that writes one to be filled in, but for where to.
        questions: by name, in order.

    Example:
        >>> DATASHEET.questions["consent"].section
        'Collection process'
        >>> CARD.unanswered(("reviewer", "approved_on"), {"reviewer"})
        ('approved_on',)
    """

    name: str
    blank: str
    questions: Mapping[str, Question]

    @classmethod
    def of(cls, name: str, blank: str, catalogue: str) -> Self:
        """The form of a catalogue."""
        found, section = dict[str, Question](), ""
        for line in catalogue.splitlines():
            called, colon, text = line.partition(": ")
            if not colon:
                section = line
            else:
                plain = called.removesuffix("*")
                found[plain] = Question(plain, section, text, called != plain)
        return cls(name, blank, found)

    @property
    def sections(self) -> dict[str, list[Question]]:
        """Questions by section, in order."""
        found: dict[str, list[Question]] = {}
        for question in self.questions.values():
            found.setdefault(question.section, []).append(question)
        return found

    @property
    def human(self) -> list[str]:
        """Names of questions that only people can answer."""
        return [question.name for question in self.questions.values() if not question.known]

    def unanswered(self, required: Required, known: Collection[str]) -> tuple[str, ...]:
        """Those of its questions that are required and not among those that are known."""
        wanted = self.human if required == "all" else required
        return tuple(name for name in wanted if name in self.questions and name not in known)

    def check_names(self, names: Iterable[str], who: str) -> None:
        """Refuse names that none of its questions has.

        Raises:
            ConfigError: naming the first, and the one that may be meant.
        """
        check_among(names, self.questions, who, setting=self.name)


DATASHEET = Form.of("datasheet", "fivefold datasheet DATA --to", CATALOGUE)
CARD = Form.of("card", "fivefold card --to", CARD_CATALOGUE)
FORMS = (DATASHEET, CARD)
QUESTIONS = DATASHEET.questions
"""Of the datasheet, by name, in order."""


def check_among(names: Iterable[str], known: Collection[str], who: str, *, setting: str) -> None:
    """Refuse names that are not among those of questions.

    Raises:
        ConfigError: naming the first, and the one that may be meant.
    """
    for name in names:
        if name not in known:
            near = nearest(name, list(known))
            meant = f"Write {near!r}." if near else "Name one of these."
            wanted = f"names of questions: {quoted(list(known), len(known))}"
            raise ConfigError.expected(who, wanted, repr(name), meant, setting=setting)
