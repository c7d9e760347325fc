"""The way out: every fetch of a foreign address goes through the egress proxy, which knows for which tenant it is.

The proxy (backend/ingest/fetching/proxy.py) refuses addresses that are not public, unless the operator allowed one
for the tenant; so each client proves its tenant with a password derived from the deployment's secret.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from contextlib import closing
from http.client import HTTPConnection
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from backend.config import Settings


def password_for(secret_key: str, tenant_id: str) -> str:
    """Return the proxy password of a tenant (64 hex digits)."""
    return hmac.new(secret_key.encode(), f"egress:{tenant_id}".encode(), hashlib.sha256).hexdigest()


def proxy_url(settings: Settings, tenant_id: str) -> str:
    """Return the proxy's address with the tenant's credentials in it. Never log it."""
    parts = urlsplit(settings.egress_url)
    return f"{parts.scheme}://{tenant_id}:{password_for(settings.secret_key, tenant_id)}@{parts.netloc}"


def user_agent(settings: Settings) -> str:
    """Return our name as shops see it, with a page or address where they reach us."""
    contact = settings.crawler_contact or f"{settings.public_url}/crawler"
    return f"Mozilla/5.0 (compatible; NiteruBot/0.1; +{contact})"


def client(settings: Settings, tenant_id: str, *, timeout_s: float = 20.0) -> httpx.Client:
    """Return an HTTP client that can reach only what this tenant may reach, and keeps no cookies.

    Redirects are the caller's business.
    """
    return httpx.Client(
        proxy=proxy_url(settings, tenant_id),
        trust_env=False,
        timeout=timeout_s,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": user_agent(settings)},
    )


def tunnel_refusal(settings: Settings, tenant_id: str, url: str, *, timeout_s: float = 15.0) -> str:
    """Ask the proxy for a tunnel to an address's host; return its reason for refusing, "" when it opens one."""
    proxy, goal = urlsplit(settings.egress_url), urlsplit(url)
    credentials = f"{tenant_id}:{password_for(settings.secret_key, tenant_id)}"
    headers = {"Proxy-Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}
    with closing(HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=timeout_s)) as connection:
        connection.set_tunnel(goal.hostname or "", goal.port or 443, headers)
        try:
            connection.connect()
        except TimeoutError:
            return "timeout"
        except OSError as error:
            told = re.fullmatch(r"Tunnel connection failed: \d+ (\w+)", str(error))
            return told[1] if told else "not_ready"
    return ""
