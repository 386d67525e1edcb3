"""Which functions run beside an unsafe site and can falsify what it claims; their protocol as a model to explore."""
