"""The second stage: rows to arrays."""
