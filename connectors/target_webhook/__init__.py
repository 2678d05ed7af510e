"""Send rows to any HTTPS endpoint, signed."""
