"""Stand-ins: the made-up population and what every vendor sandbox shares."""
