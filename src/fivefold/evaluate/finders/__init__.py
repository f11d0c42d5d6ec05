"""What is wrong with a model, its rows and its scores: each module looks for one kind of fault."""
