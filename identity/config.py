"""Settings of identity resolution: the `identity:` block of hub.yaml, with defaults that need nothing."""

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any

from identity import ladder
from identity.ladder import Rung

# Among so many contacts the bar is what is declared; from there it rises by so many bits per doubling, and falls
# among fewer, but little: a model that few contacts trained takes families for matches.
CROWD = 100_000
STEEPER = 0.5
LOWER = 0.25


@dataclass(frozen=True)
class Config:
    """How records are told apart.

    Attributes:
        country: ISO code by which phone numbers without prefix are read, where the record names none.
        accept: Bits of evidence from which a link is made (3 bits are odds of 8 to 1); more in a crowd, less among few.
        accept_profile: The same for a profile's likeness to a contact: most namesakes are in no source.
        suggest: Bits from which a pair is shown to a person.
        margin: Bits by which a profile's best owner must lead the next one.
        max_cluster: Records from which a cluster is cut to its strongest links.
        model: 'auto' (trained on the first run that has enough records, then kept), 'default', or a path.
        ladder: Path of the evidence ladder.
        decisions: Path of the decisions file, under version control.
        suppressed: Path of the list of suppressed identifiers (salted hashes).
        salt: Secret of those hashes.
        exclusive: Platforms on which one person has one verified account.
        distinct: Sources whose ids a steward keeps free of doubles: two of them are never one.
    """

    country: str | None = None
    accept: float = 2.0
    accept_profile: float = 5.0
    suggest: float = -3.0
    margin: float = 3.0
    max_cluster: int = 500
    model: str = "auto"
    ladder: str = str(ladder.SHIPPED)
    decisions: str | None = None
    suppressed: str | None = None
    salt: str = ""
    exclusive: tuple[str, ...] = field(default=())
    distinct: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, given: "dict[str, Any] | Config | None") -> "Config":
        """Returns the settings of a mapping; names it does not know belong to other rooms."""
        if isinstance(given, Config):
            return given
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in (given or {}).items() if k in known}
        for name in {"exclusive", "distinct"} & set(values):
            values[name] = tuple(values[name])
        return cls(**values)

    def among(self, population: int) -> "Config":
        """Returns the settings for so many contacts, with the bar that such a crowd needs.

        Strangers who agree in what a model takes for independent (families, namesakes of one town) become more with
        the square of a population, its true pairs only with it; the prior alone does not make up for that.
        """
        higher = STEEPER * math.log2(max(population, 1) / CROWD)
        return replace(self, accept=round(self.accept + max(higher, -LOWER), 4))

    def rungs(self) -> list[Rung]:
        """Returns the ladder, strongest rung first."""
        return ladder.read(self.ladder)
