"""Scores, intervals, resampling and paired comparison: plain functions on numpy."""
