"""What a code base is made of: code lines per language, and how many of them are unsafe."""
