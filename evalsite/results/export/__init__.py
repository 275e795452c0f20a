"""A study as CSV: one table a question, every column documented, streamed."""

from evalsite.results.export.tables import TABLES, codebook, codebook_lines, export_lines

__all__ = ["TABLES", "codebook", "codebook_lines", "export_lines"]
