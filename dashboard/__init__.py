"""The seller's pages: server-rendered, in Japanese and English, each under the shop it belongs to."""

from flask import Flask
from flask_wtf import CSRFProtect

from backend.config import Settings
from dashboard import frame, pages, session


def init_app(app: Flask) -> None:
    """Add the dashboard's pages to the web application.

    CSRF is checked by the dashboard's own blueprints for every method that changes something; `/v1` uses keys and no
    cookie, so it needs none.
    """
    settings: Settings = app.extensions["niteru_settings"]
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    CSRFProtect(app)
    session.init_app(app, secure=settings.public_url.startswith("https://"))
    frame.init_app(app)
    app.register_blueprint(session.bp)
    app.register_blueprint(pages.shop)
