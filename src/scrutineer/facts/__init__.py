"""What one file says: items, comments, unsafe blocks and bodies, as records. The unit of work and of the cache."""
