"""The web process: `/v1`, the widget's files, the dashboard, and what the operator watches."""

import redis.exceptions
from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

import dashboard
from backend import db, http, logs, queues, widget
from backend.config import Settings
from backend.db import transaction
from backend.ingest import addresses
from backend.ingest import routes as ingest_routes
from backend.search import routes as search_routes

QUEUE_DEPTH = Gauge("niteru_queue_jobs", "Jobs that wait, by queue", ["queue"])
VISION_FACTS = ("runtime", "device", "model_id", "detector_side")
VISION = Gauge("niteru_vision_info", "Warm workers, by what looks at pictures in them", ["queue", *VISION_FACTS])


def create_app(settings: Settings | None = None) -> Flask:
    """Build the web application. Raises ConfigError when a setting is missing or wrong."""
    settings = settings or Settings.from_env()
    logs.setup(settings.log_level)
    db.check_role(settings.database_url)
    db.connect(settings.database_url)
    queues.connect(settings.redis_url)
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.photo_max_bytes + 100_000
    app.config["MAX_FORM_MEMORY_SIZE"] = 200_000
    app.extensions["niteru_settings"] = settings
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    http.init_app(app, redis_url=settings.redis_url)
    search_routes.init_app(app, fingerprint=addresses.fingerprint)
    ingest_routes.init_app(app)
    dashboard.init_app(app)
    app.register_blueprint(widget.blueprint)
    _add_operations(app)
    return app


def _add_operations(app: Flask) -> None:
    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """This process answers."""
        return jsonify({"ok": True})

    @app.get("/readyz")
    def readyz() -> ResponseReturnValue:
        """This process can do its work: database and Redis answer."""
        problems = _problems()
        return jsonify({"ok": not problems, "problems": problems}), 503 if problems else 200

    @app.get("/metrics")
    def metrics() -> ResponseReturnValue:
        for name, waiting in queues.depth().items():
            QUEUE_DEPTH.labels(name).set(waiting)
        VISION.clear()  # workers come and go, and their models with them
        for name in (queues.QUERY, queues.VISION):
            for facts in queues.worker_facts(name):
                VISION.labels(name, *(facts.get(fact, "") for fact in VISION_FACTS)).inc()
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _problems() -> list[str]:
    problems = []
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        problems.append("database")
    try:
        queues.redis().ping()
    except redis.exceptions.RedisError:
        problems.append("redis")
    return problems
