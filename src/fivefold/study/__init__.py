"""Studies: the same pipeline refitted on many divisions of its rows, and what that tells."""
