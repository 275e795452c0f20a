"""A room of the site that only tests install, with one job kind that needs no torch."""
