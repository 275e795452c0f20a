"""What users give for a role, opened."""
