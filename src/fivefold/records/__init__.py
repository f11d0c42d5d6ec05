"""Runs that lie in folders: listed, set side by side, run again."""
