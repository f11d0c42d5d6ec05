"""Predicting and serving from a bundle, without torch."""
