"""What changes rows before a model reads them, and travels with it."""
