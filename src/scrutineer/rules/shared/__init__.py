"""Two ways to change what is shared."""
