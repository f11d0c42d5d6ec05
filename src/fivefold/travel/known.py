"""The table of steps, by the names that stand in bundles."""

from fivefold.travel.formulas import Formulas
from fivefold.travel.handed import Handed
from fivefold.travel.lookup import Lookup
from fivefold.travel.spellings import Spellings
from fivefold.travel.step import Step

STEPS: dict[str, type[Step]] = {step.name: step for step in (Formulas, Handed, Lookup, Spellings)}
