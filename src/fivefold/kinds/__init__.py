"""What the cells of a column are, and the arrays they become; numpy only."""
