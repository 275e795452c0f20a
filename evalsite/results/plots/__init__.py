"""Plots: what they show (`charts`), for the page (`interactive`), and as files (`images`)."""
