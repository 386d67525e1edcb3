"""Values with two owners, and owners without a value."""
