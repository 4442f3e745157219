"""Rows that are drawn, joined or given other labels."""
