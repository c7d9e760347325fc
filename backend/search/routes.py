"""`/v1`: what the widget and the shops' servers call."""

from flask import Blueprint

from backend.tenants import auth

bp = Blueprint("search", __name__, url_prefix="/v1")
auth.init_blueprint(bp)
