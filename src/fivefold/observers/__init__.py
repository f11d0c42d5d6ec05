"""What listens to a run."""
