"""The crate seen whole: modules, types, impls, resolution, and tables of the libraries that it calls."""
