"""What is half done when a call unwinds."""
