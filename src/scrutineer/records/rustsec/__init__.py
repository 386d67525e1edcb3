"""RustSec advisories: their classes over time, and how near the named functions are to unsafe code."""
