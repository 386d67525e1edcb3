"""What safe code outside can put where unsafe code relies on something."""
