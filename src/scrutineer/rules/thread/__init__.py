"""What crosses threads through a type, and what its impls ask for."""
