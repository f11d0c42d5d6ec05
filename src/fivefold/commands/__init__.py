"""What the shell can be asked for: one file a command."""
