"""The third stage: a network learns."""
