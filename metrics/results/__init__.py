"""Numbers with their provenance, and the files and tables that hold them."""
