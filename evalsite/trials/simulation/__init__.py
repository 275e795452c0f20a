"""Raters of known ability who go through a study the way people do."""
