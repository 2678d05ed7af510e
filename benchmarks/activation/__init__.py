"""What activation costs and whether it can be trusted: `make bench-activation`."""
