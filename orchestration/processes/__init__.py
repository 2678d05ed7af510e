"""Child processes: taps, targets and dbt, none of which outlives the run that started it."""
