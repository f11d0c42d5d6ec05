"""A look at data as one page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fivefold.core.finding import Finding
from fivefold.report.lines import legend
from fivefold.report.reportpage import ReportPage, write_page
from fivefold.report.sections import section_rows
from fivefold.report.template import filled
from fivefold.survey.section import Section
from fivefold.version import __version__


def data_page(
    title: str,
    head: Sequence[tuple[str, str]],
    *,
    findings: Sequence[Finding],
    groups: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    left_out: int,
    sections: Sequence[Section],
    path: Path | None,
) -> ReportPage:
    """The page of a look, written where a path is given.

    Args:
        title: above it.
        head: what was read, what is predicted, how rows are divided: names and words.
        findings: the serious first.
        groups: whose histograms stand side by side.
        rows: of the table of columns.
        left_out: columns beyond these.
        sections: below it.
        path: of the file; None for nowhere.

    Raises:
        StoreError: if it cannot be written there.
    """
    from markupsafe import Markup

    page = filled(
        "datapage.html.jinja",
        title=title,
        head=head,
        made=f"fivefold {__version__}",
        findings=findings,
        legend=Markup(legend(groups)),
        rows=[
            {**row, **{name: Markup(row[name]) for name in ("bars", "pictures")}} for row in rows
        ],
        left_out=left_out,
        found=section_rows(sections),
    )
    if path is not None:
        write_page(path, page)
    return ReportPage(page, path)
