"""Niteru: visual search for fashion shops."""
