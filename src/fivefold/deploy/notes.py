"""What Deploy says of a bundle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import bytes_text


def findings_of(
    without: str, left_out: int, changed: list[str], here: str = "", *, cell: str = "a value"
) -> list[Finding]:
    """What is worth a remark about a bundle.

    Args:
        without: why it lacks the graph for raw values; empty if it has it.
        left_out: test rows without a cell that a request must have.
        changed: files that are no longer what was collected.
        here: why no fresh process has answered; empty if one has.
        cell: what those rows lack: `a picture`.
    """
    findings = []
    if changed:
        sentence = (
            f"{', '.join(changed[:3])}{', ...' * (len(changed) > 3)} "
            f"{'has' if len(changed) == 1 else 'have'} changed since it was collected, so no "
            "row was replayed from there. Run the pipeline again to train on it as it is."
        )
        findings.append(finding("source_changed", sentence, files=changed[:100]))
    if here:
        sentence = (
            f"The test rows were answered in this process: {here} What serves the bundle "
            "must be handed the class."
        )
        findings.append(finding("replayed_here", sentence))
    if without:
        findings.append(finding("no_raw_graph", f"The bundle has {without}."))
    if left_out:
        sentence = f"{left_out:,} test rows without {cell} were not replayed."
        findings.append(finding("rows_not_replayed", sentence, rows=left_out))
    return findings


def summary_line(target: Path, size: int, digest: str, parity: Mapping[str, Any]) -> str:
    """One line about a bundle that was accepted."""
    doors = [door for door in ("frame", "csv", "json", "raw") if door in parity]
    worst = max((parity[door] for door in (*doors, "source") if door in parity), default=0.0)
    origin = ""
    if "source" in parity:
        process = "a fresh" if parity["source_process"] == "fresh" else "this"
        origin = f" and {parity['source_rows']:,} from the source in {process} process"
    where = "in a fresh process" if parity["fresh_process"] else "in this process"
    return (
        f"{target}, {bytes_text(size)}, sha256 {digest[:12]}: {parity['rows']:,} rows replayed "
        f"{where} through {len(doors)} doors ({', '.join(doors)}){origin}, "
        f"largest difference {worst:.1g}."
    )
