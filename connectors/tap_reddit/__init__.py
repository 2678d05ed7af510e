"""Subreddits: what is posted and commented there, and who mentions us."""
