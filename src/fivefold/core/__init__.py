"""Artifacts, stages, wiring and runs, on pydantic alone."""
