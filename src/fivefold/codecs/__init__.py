"""Raw values to compact arrays, on numpy alone."""
