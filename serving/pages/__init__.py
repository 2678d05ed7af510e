"""Pages for people: search, one customer on one screen, and the steward's queue."""
