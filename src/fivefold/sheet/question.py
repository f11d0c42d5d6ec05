"""What a datasheet asks of data: the one list of questions."""

from collections.abc import Iterable
from typing import NamedTuple

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


class Question(NamedTuple):
    """One question of a datasheet.

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


def _questions() -> dict[str, Question]:
    found, section = dict[str, Question](), ""
    for line in CATALOGUE.splitlines():
        name, colon, text = line.partition(": ")
        if not colon:
            section = line
        else:
            plain = name.removesuffix("*")
            found[plain] = Question(plain, section, text, name != plain)
    return found


QUESTIONS = _questions()
"""By name, in the order in which they stand in a datasheet."""


def check_names(names: Iterable[str], who: str) -> None:
    """Refuse names that no question has.

    Raises:
        ConfigError: naming the first, and the one that may be meant.
    """
    for name in names:
        if name not in QUESTIONS:
            near = nearest(name, list(QUESTIONS))
            meant = f"Write {near!r}." if near else "Name one of these."
            wanted = f"names of questions: {quoted(list(QUESTIONS), len(QUESTIONS))}"
            raise ConfigError.expected(who, wanted, repr(name), meant, setting="datasheet")
