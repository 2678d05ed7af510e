"""What every tap shares: fast emission, HTTP manners, limits."""
