"""The shops and all that is kept of them. Whoever writes any of it changes the shop's version: see freshness.py."""

from backend.tenants import freshness as freshness
