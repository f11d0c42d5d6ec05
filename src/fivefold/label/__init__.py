"""Labelling: strokes of people, what they agree on, and what rules say beside them."""
