"""YouTube channels: their videos and what people comment, within a quota of units a day."""
