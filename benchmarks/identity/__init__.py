"""Identity on public truth and on made-up populations: `make bench-identity`."""
