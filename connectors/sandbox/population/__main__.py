"""`python -m connectors.sandbox.population --out DIR --people N --seed S`."""

import argparse
import sys

from connectors.sandbox.population import DEFAULT_PEOPLE, DEFAULT_SEED, generate


def main() -> None:
    """Writes a population and says how much of everything it holds."""
    parser = argparse.ArgumentParser(description="A made-up population with its truth.")
    parser.add_argument("--out", required=True)
    parser.add_argument("--people", type=int, default=DEFAULT_PEOPLE)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args()
    made = generate(options.seed, options.people, options.out)
    for name, count in made.records.items():
        sys.stdout.write(f"{count:>8}  {name}\n")


if __name__ == "__main__":
    main()
