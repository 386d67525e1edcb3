"""A target, as the user named it, becomes crates and files: folder, archive, git revision, registry, kernel tree."""
