"""The stage that gathers its rows from an interface of the web that answers in JSON."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from fivefold.collect.online import Online, several
from fivefold.collect.scraped import refuse_taken
from fivefold.core.wording import quoted, together
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.web.secret import Secrets, holds_key, unfit, variables
from fivefold.web.url import split

if TYPE_CHECKING:
    from fivefold.web.bounds import Rules
    from fivefold.web.frontier import Frontier
    from fivefold.web.harvest import Harvest
    from fivefold.web.manner import Manner
    from fivefold.web.paged import Paged
    from fivefold.web.picked import Picked


class Fetch(Online):
    """Gather rows from an interface that answers in JSON, page by page, politely.

    Stands in the place of Collect. Pages are asked for as those of Scrape are: one at a time,
    `delay` seconds apart, with the same patience, guard, deadlines and bounds, and are gone on with
    after any end. The next page is where the header `Link` leads, or what `next` finds in an
    answer, or counted. Keys are named `env:NAME`, taken from the environment when they are sent, to
    the hosts of the seeds alone, and stand in no recipe, log, error or file.

    Args:
        seeds: addresses of first pages, with the parameters that are no keys.
        rows: the path of the rows in an answer, such as `data.items`; empty where the answer is the
            list of them, or is one.
        select: the cells of a row by column, as paths in it: `"salary.from"`, `"tags.0"`; with
            `::number` the first number in a text, with `::file` the picture or sound at an
            address. Without it all cells, by their paths.
        next: the path of the next page's address, or of its cursor, in an answer; empty for the
            header `Link`.
        cursor: the parameter that takes the cursor at `next`.
        number: the parameter that counts pages, from what the seed says on, or 1.
        offset: the parameter that counts rows, from what the seed says on, or 0.
        headers: of each request, `{"Authorization": "Bearer env:TOKEN"}`.
        parameters: of each request where they are keys, `{"api_key": "env:KEY"}`; of the first
            ones where they are not.
        key: the column that tells rows apart: of those that come twice the first counts.
        contact: a mail address or page of yours, which every request names. There is no default.
        pages: read at most.
        delay: seconds from request to request of a host, at least.
        hosts: whose pages are read besides those of the seeds; they are sent no keys.
        file_hosts: whose files are read besides these.
        robots: whether robots.txt is obeyed. False where the terms of the interface, for which you
            have a key, say what you may ask for.
        respect: whether `noai`, `noindex`, TDM reservations and `train-ai=n` are heeded.
        allow_private: whether addresses of this machine and its network are read.
        largest: bytes of an answer at most.
        deadline: seconds of a request at most.
        directory: where answers are kept; see Scrape.
        archive: a file of all answers; see Scrape.
        refresh: with a `directory` or `archive`, asks whether answers have changed.
        mask: whether mail addresses, telephone numbers, accounts and cards in cells are replaced.
        target: as of Collect, and so are those that follow.
        task: see Collect.
        positive: see Collect.
        kinds: see Collect.
        drop: see Collect.
        group: see Collect; rows that are copies of one another are a group where there is none.
        time: see Collect.

    Example:
        >>> Fetch("https://api.example.org/jobs?per_page=100", rows="items", next="links.next",
        ...       headers={"Authorization": "Bearer env:JOBS_TOKEN"}, target="pay",
        ...       contact="me@example.org").pages
        1000
    """

    rows: str = ""
    select: dict[str, str] = Field(default_factory=dict)
    next: str = ""
    cursor: str = ""
    number: str = ""
    offset: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, str] = Field(default_factory=dict)
    key: str | None = None
    robots: bool = True

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        # No error shows a value here: it would be the key.
        said = {**self.headers, **self.parameters}
        plain = [
            name
            for name, value in said.items()
            if holds_key(name, value) and not variables([value])
        ]
        if plain:
            names = together([f"`{name}`" for name in plain])
            raise ValueError(f"expected env:NAME of a key in {names}, found it written out")
        if own := [name for name in self.headers if name.lower() in {"user-agent", "host"}]:
            raise ValueError(
                f"`headers` cannot set {together(own)}, which `contact` and `seeds` say"
            )
        for seed in several(self.seeds):
            parts = split(seed)
            asked = [pair.partition("=")[0] for pair in parts.query.split("&")]
            if any(map(holds_key, asked)) or variables([seed]):
                raise ValueError(
                    "`seeds` holds a key: write parameters={name: 'env:NAME'} or headers= for it"
                )
        return self

    @model_validator(mode="after")
    def _check_turning(self) -> Self:
        ways = [n for n in ("cursor", "number", "offset") if getattr(self, n)]
        if len(ways) > 1 or (self.next and ways and ways != ["cursor"]):
            raise ValueError("`next`, `number` and `offset` exclude one another: keep one")
        if self.cursor and not self.next:
            raise ValueError("`cursor` has no effect without `next`, the path of its value")
        return self

    def _faults(self) -> list[FivefoldError]:
        faults: list[FivefoldError] = []
        for name in self._variables():
            value = os.environ.get(name)
            found = "none" if value is None else unfit(value)
            if found:
                faults.append(
                    PreflightError.expected(
                        "Fetch", f"a key in the environment as {name}", found,
                        f"Set it where fivefold is started: export {name}=...", variable=name,
                    )
                )  # fmt: skip
        plain = [one for one in several(self.seeds) if split(one).scheme != "https"]
        if self._variables() and plain and not self.allow_private:
            remedy = "Write https://, so that nobody on the way reads the key."
            faults.append(ConfigError.expected(
                "Fetch", "addresses of https where a key is sent", quoted(plain), remedy,
                setting="seeds",
            ))  # fmt: skip
        try:
            self._picked()
        except FivefoldError as error:
            faults.append(error)
        return faults

    def _variables(self) -> tuple[str, ...]:
        return variables([*self.headers.values(), *self.parameters.values()])

    def _picked(self) -> "dict[str, Picked]":
        from fivefold.web.picked import Picked

        refuse_taken("Fetch", list(self.select))
        return {name: Picked.of(asked) for name, asked in self.select.items()}

    def _manner(self) -> "Paged":
        from fivefold.web.paged import Paged, Turning

        return Paged(
            several(self.seeds),
            Turning(next=self.next, cursor=self.cursor, number=self.number, offset=self.offset),
            rows=self.rows,
            files=tuple(one for one in self._picked().values() if one.way == "file"),
            headers=self.headers,
            parameters=_parts(self.parameters, named=True),
            secrets=Secrets(self._variables(), os.environ),
            respect=self.respect,
        )

    def _rows(self, frontier: "Frontier", manner: "Manner") -> "Harvest":
        from fivefold.web.gleaned import glean
        from fivefold.web.paged import Paged

        assert isinstance(manner, Paged)
        return glean(frontier, manner, self._picked(), key=self.key, mask=self.mask)

    def _first(self) -> tuple[str, ...]:
        from fivefold.web.paged import with_parameter

        addresses = several(self.seeds)
        for name, value in _parts(self.parameters, named=False).items():
            addresses = tuple(with_parameter(one, name, value) for one in addresses)
        return addresses

    def _rules(self, **more: Any) -> "Rules":
        return super()._rules(depth=self.pages, sitemaps=False, robots=self.robots, **more)


def _parts(said: Mapping[str, str], *, named: bool) -> dict[str, str]:
    """The parameters with a key in them, or those without one."""
    return {name: value for name, value in said.items() if bool(variables([value])) is named}
