"""Judgements and metric values of others: read strictly, stored with their provenance."""
