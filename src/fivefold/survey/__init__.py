"""What rows say before a model: associations, gaps, far values, time, copies, a population."""
