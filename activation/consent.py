"""Who may be written about, asked right before each batch, of the newest published generation.

A plan may be hours old. What people said since, who was erased since and who merged with somebody
who said no is looked up when the batch is about to go.
"""

from collections.abc import Sequence
from pathlib import Path

from activation.snapshot import Snapshot, published
from activation.spec import Consent


class Standing:
    """Tells why a customer's row must not go out; follows the published symlink."""

    def __init__(self, home: Path, consent: Consent | None) -> None:
        self._home = home
        self._consent = consent
        self._snapshot: Snapshot | None = None
        self._known: dict[str, str | None] = {}  # customer -> reason, in this generation

    def close(self) -> None:
        """Close the snapshot."""
        if self._snapshot:
            self._snapshot.close()
            self._snapshot = None
            self._known.clear()

    def _newest(self) -> Snapshot:
        if self._snapshot is None or self._snapshot.path != published(self._home):
            self.close()
            self._snapshot = Snapshot(self._home)
        return self._snapshot

    def withheld(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the keys that must not go out, with the reason.

        The most restrictive statement wins over all records of a customer, also over those that
        merged into it after the plan was made.
        """
        newest = self._newest()
        unknown = [key for key in keys if key not in self._known]
        if unknown:
            self._known |= dict.fromkeys(unknown) | self._asked(newest, unknown)
        return {key: why for key in keys if (why := self._known[key])}

    def _asked(self, newest: Snapshot, keys: Sequence[str]) -> dict[str, str]:
        now = {key: key for key in keys} | newest.aliases(keys)
        there = newest.customers(sorted(set(now.values())))
        reasons = {
            key: "the customer was erased or is no longer in the hub"
            for key, customer in now.items()
            if customer not in there
        }
        allowed, denied = self._statements(newest, sorted(there))
        purpose = self._consent.purpose if self._consent else "any contact"
        for key, customer in now.items():
            if key in reasons:
                continue
            if customer in denied:
                reasons[key] = f"{purpose} was denied"
            elif self._consent and self._consent.required and customer not in allowed:
                reasons[key] = f"no consent to {purpose}"
        return reasons

    def _statements(self, newest: Snapshot, keys: Sequence[str]) -> tuple[set[str], set[str]]:
        allowed, denied = set(), set()
        purpose = self._consent.purpose if self._consent else "all"
        wanted = self._consent.channel if self._consent else None
        for customer, channel, status in newest.consents(keys, purpose):
            if wanted and channel not in (None, wanted, "all"):
                continue
            if status == "granted":
                allowed.add(customer)
            elif status == "denied":
                denied.add(customer)
        return allowed, denied
