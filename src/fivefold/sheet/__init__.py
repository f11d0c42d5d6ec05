"""What is told of data besides its rows: the datasheet, Croissant, what changed since."""
