"""Slips of those who write: letters that are wrong, capitals, ends that are missing."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from fivefold.kinds.disturbance import Disturbance, of_each

LETTERS = (0.02, 0.1)
"""Of the letters of a text that are wrong; the first is mild."""

SYMBOLS = (0.01, 0.05)
"""Of the symbols of a sequence that are others; the first is mild."""

ENDS = (0.1, 0.5)
"""Of the words of a text that are cut from its end; the first is mild."""

Slip = Callable[[str, np.random.Generator], str]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def misspelt() -> tuple[Disturbance, ...]:
    """Letters that are wrong, twice there, or in the place of the next one; blanks stay."""
    return tuple(
        Disturbance("typos", f"{share:.0%} of letters", of_each(_typos(share)), share == LETTERS[0])
        for share in LETTERS
    )


def rewritten() -> tuple[Disturbance, ...]:
    """Typos, other capitals, and an end that is missing."""
    cases: dict[str, Slip] = {
        "small": lambda text, rng: text.lower(),
        "large": lambda text, rng: text.upper(),
    }
    case = [
        Disturbance("case", f"{name} letters", of_each(slip), name == "small")
        for name, slip in cases.items()
    ]
    cut = [
        Disturbance("cut", f"{share:.0%} of words", of_each(_cut(share)), share == ENDS[0], True)
        for share in ENDS
    ]
    return (*misspelt(), *case, *cut)


def mutated(symbols: Sequence[str], *, divided: bool) -> tuple[Disturbance, ...]:
    """Symbols that are others of the same alphabet.

    Args:
        symbols: to draw from.
        divided: whether symbols are words with blanks or commas between them.
    """
    if len(symbols) < 2:
        return ()
    drawn = np.array(symbols, object)

    def mutate(share: float) -> Slip:
        def slip(text: str, rng: np.random.Generator) -> str:
            parts = re.split(r"([\s,;]+)", text) if divided else list(text)
            places = range(0, len(parts), 2 if divided else 1)
            for place, falls in zip(places, rng.random(len(places)) < share, strict=True):
                if falls and parts[place]:
                    parts[place] = str(rng.choice(drawn))
            return "".join(parts)

        return slip

    return tuple(
        Disturbance(
            "mutations", f"{share:.0%} of symbols", of_each(mutate(share)), share == SYMBOLS[0]
        )
        for share in SYMBOLS
    )


def _typos(share: float) -> Slip:
    def slip(text: str, rng: np.random.Generator) -> str:
        letters = list(text)
        wrong = np.flatnonzero(rng.random(len(letters)) < share)
        for place, way in zip(wrong.tolist(), rng.integers(0, 3, len(wrong)).tolist(), strict=True):
            here, after = letters[place], letters[place + 1 : place + 2]
            if not here.isalpha():
                continue
            if way == 0 and after and after[0].isalpha():
                letters[place], letters[place + 1] = after[0], here
            elif way == 1:
                letters[place] = 2 * here
            else:
                letters[place] = _ALPHABET[int(rng.integers(len(_ALPHABET)))]
        return "".join(letters)

    return slip


def _cut(share: float) -> Slip:
    def slip(text: str, rng: np.random.Generator) -> str:
        words = text.split()
        return " ".join(words[: max(1, round((1 - share) * len(words)))]) or text

    return slip
