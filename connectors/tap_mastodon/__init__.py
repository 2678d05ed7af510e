"""Mastodon, and servers that speak its API: who we know and what is said to us."""
