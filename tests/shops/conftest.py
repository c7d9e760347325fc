"""Fixtures of the tests that crawl the real shop; without ../shared they skip."""

from tests.ingest.whole import vision, whole_settings

__all__ = ["vision", "whole_settings"]
