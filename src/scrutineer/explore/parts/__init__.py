"""Parts to build models from. Their functions are written in the model language: read, never run."""
