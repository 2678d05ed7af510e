"""How a tap hands on what it could not read as a record: nothing is lost, nothing is bent.

Such a thing goes out as a RECORD with reserved fields. Our target puts it into the quarantine,
whole, counted by its reason; another target finds the key missing and fails aloud.
"""

REJECT = "_tessera_reject"
"""The reserved field that asks the target to quarantine a record: the reason, as a word."""

PLACE = "_tessera_place"
"""Where it stood and what is wrong with it, as a sentence without values."""

RAW = "_tessera_raw"
"""What the source held in place of the record; it goes nowhere but into the quarantine."""
