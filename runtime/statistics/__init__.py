"""Tests and intervals on paired observations."""
