"""What unsafe operations ask and what SAFETY comments say: std catalogue, `# Safety` sections, claims."""
