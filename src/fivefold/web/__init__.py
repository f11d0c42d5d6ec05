"""The web as a source: addresses, what may be read, reading it politely, and what a page says."""
