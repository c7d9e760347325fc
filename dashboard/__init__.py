"""The seller's pages."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the dashboard's pages to the web application."""
