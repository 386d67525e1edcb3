"""Unsafe sites, what their contracts ask, what meets it, what comments say of it, and which safe code it rests on."""
