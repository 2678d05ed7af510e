"""Who is who: contacts of all sources resolved to customers, with evidence, stable ids and people's word.

Public: `resolve` (one run), `ledger` (ids across rebuilds), `decide` (a person's word), `why`, `review`,
`diff`, `train`. All but `ledger` and `decide` need nothing but a DuckDB connection.
"""

from identity.config import Config
from identity.decisions import Decision, DecisionError, decide
from identity.engine import Outcome, resolve

__all__ = ["Config", "Decision", "DecisionError", "Outcome", "decide", "resolve"]
