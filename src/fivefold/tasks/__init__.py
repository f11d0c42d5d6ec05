"""What is predicted: one file a task, one table of them."""
