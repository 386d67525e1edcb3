"""What a caller's argument can reach, and which checks stand between."""
