"""Signing in and out: e-mail and password, one cookie that scripts cannot read."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from backend import http
from backend.db import transaction
from backend.tenants import accounts, auth
from backend.tenants.models import User
from dashboard import frame
from dashboard.locale import LOCALES, t

log = logging.getLogger(__name__)
bp = frame.blueprint("session")
SIGN_INS_PER_MINUTE = 10
LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. `stamp` changes with the password, so a changed password ends every session."""

    id: str
    email: str
    locale: str
    stamp: str

    is_active = is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        return f"{self.id}.{self.stamp}"


def init_app(app: Flask, *, secure: bool) -> None:
    """Teach the app who is signed in. With `secure` the cookie travels over https only."""
    app.config.update(
        SESSION_COOKIE_NAME="niteru",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=LASTS,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its session
    )
    manager = LoginManager(app)
    manager.session_protection = None  # a phone changes its address; the cookie is signed and read by no script
    manager.user_loader(_load)


def _load(kept: str) -> Person | None:
    user_id, _, stamp = kept.partition(".")
    with transaction() as rows:
        user = rows.get(User, user_id)
    person = _person(user) if user else None
    return person if person and person.stamp == stamp else None


def _person(user: User) -> Person:
    stamp = hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
    return Person(user.id, user.email, user.locale, stamp)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_after_sign_in())
    return render_template("sign_in.html", email="", problem=None)


@bp.post("/sign-in")
def check_sign_in() -> ResponseReturnValue:
    email = request.form.get("email", "").strip()[:320]
    problem, status = None, 200
    try:
        http.limit("sign-in-from", http.caller_address(), SIGN_INS_PER_MINUTE)
        http.limit("sign-in-as", email.lower(), SIGN_INS_PER_MINUTE)
    except http.TooMany as error:
        problem, status = t("sign_in.too_many", seconds=error.retry_after), error.status
    else:
        # Argon2 takes its time by design, but a single short transaction is all it holds.
        with transaction() as rows:
            user = accounts.check_password(rows, email, request.form.get("password", "")[:1000])
        if user is not None:
            return _begin(user)
        log.info("sign_in_refused")
        problem, status = t("sign_in.wrong"), 401
    return render_template("sign_in.html", email=email, problem=problem), status


def _begin(user: User) -> ResponseReturnValue:
    target = _after_sign_in()
    # Whatever the browser brought along (a planted session, its CSRF token) ends here.
    session.clear()
    session.permanent = True
    login_user(_person(user))
    log.info("signed_in", extra={"user_id": user.id})
    return redirect(target)


def _after_sign_in() -> str:
    return frame.own_path(request.args.get("next")) or url_for("session.home")


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash(t("sign_in.signed_out"), "note")
    return redirect(url_for("session.sign_in"))


@bp.get("/")
def home() -> ResponseReturnValue:
    """The one shop of a person, or the choice among several."""
    if not current_user.is_authenticated:
        return redirect(url_for("session.sign_in"))
    with transaction(user_id=current_user.id) as rows:
        shops = accounts.list_shops_of(rows, current_user.id)
    if len(shops) == 1:
        return redirect(url_for("shop.overview", tenant_id=shops[0].id))
    return render_template("shops.html", shops=shops)


@bp.get("/crawler")
def crawler() -> ResponseReturnValue:
    """What our crawler is, for whoever finds its name in a log; the crawler's User-Agent leads here."""
    contact = auth.settings().crawler_contact
    return render_template("crawler.html", contact=contact)


@bp.post("/language")
def language() -> ResponseReturnValue:
    chosen = request.form.get("locale", "")
    response = redirect(frame.own_path(request.form.get("next")) or url_for("session.home"))
    if chosen not in LOCALES:
        return response
    if current_user.is_authenticated:
        with transaction() as rows:
            user = rows.get_one(User, current_user.id)
            user.locale = chosen
    session["locale"] = chosen
    return response
