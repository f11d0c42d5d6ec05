"""Whether a deployed model may be scored on the test rows: it is one look at them."""

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.artifacts import Collected, Evaluated, Preprocessed
from fivefold.core.context import Context
from fivefold.core.ledger import known_looks
from fivefold.errors import FivefoldError, SpentError
from fivefold.looks import digest_of_test_rows, limit_in, refuse
from fivefold.serve.bundle import Bundle, open_bundle

Origin = Mapping[str, Any]
"""What a manifest says of where a model comes from: digests of the `data`, of the `test_rows` that
it was judged by, and of its `answers` for them; and its `scores`."""


def look_faults(
    path: str | PathLike[str], found: Context, recipe: str, directory: Path | None
) -> list[FivefoldError]:
    """Why a bundle may not be scored beside a model that is still to be trained; empty if it may.

    A model that is to be trained counts as one that was never scored, so that nothing is trained
    that could not be compared.

    Args:
        path: of the bundle.
        found: what was written so far.
        recipe: of the pipeline, which holds the limit.
        directory: of the run.
    """
    collected, data = found.get(Collected), found.get(Preprocessed)
    limit = limit_of(recipe, found.get(Evaluated))
    if limit is None or collected is None or data is None:
        return []
    rows = digest_of_test_rows(collected, data.test.index)
    known, bundle = known_looks(rows, directory), open_bundle(path)
    look = look_at(bundle, rows)
    if look in {each.answers for each in known}:
        return []  # which leaves the new one, of which Evaluate speaks
    new = [] if found.get(Evaluated) is not None else ["the new one"]
    try:
        refuse(known, [look, *new], limit, who=f"Deploy: better_than={fspath(path)!r}")
    except SpentError as error:
        return [error]
    return []


def limit_of(recipe: str, evaluated: Evaluated | None) -> int | None:
    """Of looks: that of this pipeline, or of the one that a result at hand comes from."""
    told = None if evaluated is None or evaluated.looks is None else evaluated.looks.limit
    given = [limit for limit in (limit_in(recipe), told) if limit is not None]
    return min(given, default=None)


def look_at(bundle: Bundle, rows: str) -> str:
    """By which a look of a bundle is known again, without asking it.

    That is what it answered for these rows where it was made by them, else its own digest.

    Args:
        bundle: that is to be scored.
        rows: digest of the test rows.
    """
    origin: Origin = bundle.manifest.get("origin", {})
    known = origin.get("answers") if origin.get("test_rows") == rows else None
    return str(known or bundle.digest)
