"""The fifth stage: a bundle that answers as evaluated."""
