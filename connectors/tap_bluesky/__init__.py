"""Bluesky: what our accounts post, what is said to them and about them, and who said it."""
