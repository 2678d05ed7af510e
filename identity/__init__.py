"""Who is who: contacts of all sources resolved to customers, with evidence, lasting ids and people's word.

`resolve` is one run; `ledger` keeps ids across rebuilds; `decide` takes a person's word; `why` and `waterfall`
explain, `review` lists what a person may decide, `diff` tries another configuration, `train_model` learns one.
All need nothing but a DuckDB connection (`ledger` and `decide` files).
"""

from identity import ledger
from identity.chart import waterfall
from identity.checked import absent, check, strangers
from identity.compare_runs import Difference, diff
from identity.config import Config
from identity.decisions import Decision, DecisionError, decide
from identity.engine import Outcome, resolve
from identity.explain import Explanation, why
from identity.ladder import IdentityError
from identity.modelfile import train_model
from identity.review import Suggestion, review
from identity.suppression import SuppressionError, suppress
from identity.weights import weigh_review

__all__ = [
    "Config",
    "Decision",
    "DecisionError",
    "Difference",
    "Explanation",
    "IdentityError",
    "Outcome",
    "Suggestion",
    "SuppressionError",
    "absent",
    "check",
    "decide",
    "diff",
    "ledger",
    "resolve",
    "review",
    "strangers",
    "suppress",
    "train_model",
    "waterfall",
    "weigh_review",
    "why",
]
