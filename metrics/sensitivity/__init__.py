"""What each metric notices when good images are made worse."""
