"""Pages, tables and pictures as pure functions of artifacts."""
