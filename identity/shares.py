"""The least a share can be counted from."""

# A handful of contacts says nothing of how common a value is: shares are of at least so many.
LEAST = 128


def rarest(population: int) -> float:
    """Returns the share of a value that was never counted twice."""
    return 1.0 / max(population, LEAST)
