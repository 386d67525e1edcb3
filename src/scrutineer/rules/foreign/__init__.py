"""Foreign resources and callbacks: who owns them, and what may run in them."""
