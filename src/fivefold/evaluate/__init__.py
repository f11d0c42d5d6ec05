"""The fourth stage: what the model is worth."""
