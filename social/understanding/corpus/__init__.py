"""The written examples that the intent and topic models learn from."""
