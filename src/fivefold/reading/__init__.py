"""The only code that takes containers and files apart, for Collect and for predict alike."""
