"""What is true about the records, written beside them and never read by the hub."""

from dataclasses import dataclass, field


@dataclass
class Truth:
    """Who each record belongs to, what makes it hard, and what was planted in the conversations."""

    records: list[dict[str, str]] = field(default_factory=list)
    traits: list[dict[str, str]] = field(default_factory=list)
    intents: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    crises: list[str] = field(default_factory=list)
    conversations: list[dict[str, object]] = field(default_factory=list)
    accepted_answers: list[dict[str, str]] = field(default_factory=list)
    advocates: list[dict[str, object]] = field(default_factory=list)
    bots: list[str] = field(default_factory=list)

    def record(self, source: str, record: str, entity: str, kind: str, *traits: str) -> None:
        """Notes that `record` of `source` is `entity` (kind: person, organisation, brand, bot)."""
        row = {"source": source, "source_record_id": record}
        self.records.append({**row, "person_id": entity, "kind": kind})
        self.traits += [{**row, "trait": trait} for trait in sorted(set(traits))]
