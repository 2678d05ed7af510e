"""The gate: nothing is published that these suites refuse.

Suites judge measures, not rows: DuckDB measures the warehouse in one scan per table, Great
Expectations judges the numbers. So the cost does not grow with memory, and no personal value ever
reaches a result.
"""

from expectations.measures import Measures, measure
from expectations.verdicts import Verdict

__all__ = ["Measures", "Verdict", "measure"]
