"""Models and schedules in the formats of other tools."""
