"""The first stage: data in."""
