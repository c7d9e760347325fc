"""Asking the proxy by raw sockets, so that no client library tidies up what an attacker would write."""

import base64
import re
import socket

from backend import egress
from tests.ingest.local_shop import SECRET


def ask(
    port: int, target: str, tenant_id: str, *, method: str = "GET", password: str | None = None, more: str = ""
) -> str:
    """Send one request to the proxy and return all it answers until it is silent or hangs up."""
    secret = egress.password_for(SECRET, tenant_id) if password is None else password
    credentials = base64.b64encode(f"{tenant_id}:{secret}".encode()).decode()
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic {credentials}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{head}Connection: close\r\n\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(65536):
            answer += part
    return answer.decode("utf-8", "replace")


def reason_of(answer: str) -> str:
    """The refusal's reason, from the header; "" for an answer that is none."""
    found = re.search(r"^x-niteru-egress: *(\S+)", answer.partition("\r\n\r\n")[0], re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""
