"""What the social models cost and how right they are."""
