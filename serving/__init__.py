"""Published generations and what reads them."""
