"""`python -m orchestration` is the `tessera` command."""

from orchestration.cli import main

main()
