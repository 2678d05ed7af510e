"""X (Twitter): our posts, who mentions us, what is found, within a spend cap; and the archive."""
