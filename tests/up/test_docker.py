"""The containers, read as they are written (no Docker here), and Chromium's sandbox under their seccomp profile."""

import json
import os
import pwd
import subprocess
import sys
from ctypes.util import find_library

import pytest
import yaml

from backend.config import PROJECT, environment
from backend.ingest.fetching.browser_process import find_chromium
from tests.conftest import passable_folder

DOCKER = PROJECT / "docker"
PROFILE = DOCKER / "chromium-seccomp.json"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DOCKER / "compose.yml").read_text())


def test_only_the_egress_proxy_and_the_web_have_a_way_out(compose):
    assert compose["networks"] == {"inside": {"internal": True}, "outside": None}
    ways_out = {name for name, service in compose["services"].items() if service["networks"] != ["inside"]}
    assert ways_out == {"egress", "web"}


def test_only_the_web_has_a_port_and_it_is_this_machines_alone_unless_told(compose):
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"web": ["${NITERU_BIND:-127.0.0.1:8900}:8900"]}


def test_no_container_of_ours_has_a_capability_or_can_gain_one(compose):
    ours = {name: one for name, one in compose["services"].items() if one.get("image", "niteru") == "niteru"}

    assert set(ours) == {"migrate", "web", "egress", "query", "vision", "crawl", "scheduler"}
    for service in ours.values():
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")
        assert "cap_add" not in service


def test_chromium_runs_under_a_profile_of_its_own_as_a_normal_user(compose):
    options = compose["services"]["crawl"]["security_opt"]
    profile = json.loads(PROFILE.read_text())
    denied = {name for rule in profile["syscalls"] for name in rule["names"]}

    assert "seccomp=./chromium-seccomp.json" in options
    assert not [option for option in options if "unconfined" in option]
    assert all(rule["action"] == "SCMP_ACT_ERRNO" for rule in profile["syscalls"])
    assert {"mount", "ptrace", "bpf", "keyctl", "setns", "init_module", "open_by_handle_at"} <= denied
    assert not denied & {"clone", "clone3", "unshare", "chroot", "seccomp"}  # what the sandbox is made of
    assert "USER niteru" in (DOCKER / "Dockerfile").read_text()


# Puts the profile on itself as the container engine would, becomes a normal user, then Chromium.
UNDER_THE_PROFILE = """
import ctypes, json, os, sys
library, profile, user, *command = sys.argv[1:]
seccomp = ctypes.CDLL(library)
seccomp.seccomp_init.restype = ctypes.c_void_p
rules = ctypes.c_void_p(seccomp.seccomp_init(0x7FFF0000))  # allow
for rule in json.load(open(profile))["syscalls"]:
    for name in rule["names"]:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            assert seccomp.seccomp_rule_add(rules, 0x00050000 | rule["errnoRet"], number, 0) == 0
assert seccomp.seccomp_load(rules) == 0
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
os.execv(command[0], command)
"""


def test_chromiums_sandbox_works_under_the_profile():
    library, chromium = find_library("seccomp"), find_chromium(environment().get("NITERU_CHROMIUM", ""))
    if not library or not chromium:
        pytest.skip("needs libseccomp and the system's Chromium")
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    with passable_folder() as home:
        os.chown(home, user, -1)
        command = [
            *(sys.executable, "-c", UNDER_THE_PROFILE, library, PROFILE, str(user), chromium),
            *("--headless", "--disable-gpu", "--disable-breakpad", f"--user-data-dir={home / 'profile'}"),
            *("--dump-dom", "data:text/html,<h1>drawn</h1>"),
        ]
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, cwd="/", env=env, timeout=120, check=False, capture_output=True, text=True)

    # Without --no-sandbox Chromium ends at once, with "No usable sandbox!", where it cannot make one.
    assert done.returncode == 0, done.stderr[-3000:]
    assert "<h1>drawn</h1>" in done.stdout
