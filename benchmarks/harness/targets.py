"""The servers to compare, each started as its own documentation says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from harness.servers import Target

if TYPE_CHECKING:
    from pathlib import Path

LITELLM = "litellm[proxy]==1.106.2"
INSTALLS_S = 300
NGINX = """
daemon off; pid {home}/nginx.pid; error_log {home}/error.log; worker_processes 1;
events { worker_connections 2048; }
http {
  access_log off; client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi; client_max_body_size 8m; client_body_buffer_size 2m;
  keepalive_requests 1000000;
  upstream fake { server {address}; keepalive 512; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:{port} backlog=2048;
    location / { proxy_pass http://fake; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
"""
PROXY = """
model_list:
  - model_name: "*"
    litellm_params: {model: gemini/gemini-2.5-flash, api_base: "{upstream}/v1beta", api_key: none}
litellm_settings: {telemetry: false}
general_settings: {master_key: sk-none, dangerously_permit_weak_or_unset_master_key: true}
"""
TWO = "cgb, 2 workers"
SCALING = frozenset({"cc:10 c=16", "big:10 c=16"})
"""Scenarios in which the load client and the upstream have little to do beside the server."""
UPSTREAM = Target("upstream", (sys.executable, "-m", "harness.upstream", "{port}"))


def bridge(name: str, **further: object) -> Target:
    """The bridge with its default plugins; `further` as in `Target`, and `workers`."""
    workers = further.pop("workers", 1)
    command = (sys.executable, "-m", "cgb", "serve", "--plugins", "default", "--port", "{port}")
    return Target(name, (*command, "--workers", str(workers)), **further)  # type: ignore[arg-type]


def reference(name: str, app: str = "app", client: str = "raw", **further: object) -> Target:
    """One of the reference servers."""
    command = (sys.executable, "-m", "uvicorn", f"reference.{app}:app", "--port", "{port}", "--no-access-log")
    options = ("--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--timeout-keep-alive", "75")
    return Target(name, command + options, env={"REFERENCE_CLIENT": client}, **further)  # type: ignore[arg-type]


def ours() -> list[Target]:
    """The bridge, the references that judge it, and the upstream asked without a bridge."""
    return [
        Target("direct", UPSTREAM.command),
        bridge("cgb", also=frozenset({"new:10 c=1"}) | SCALING),
        bridge(TWO, workers=2, only=SCALING),
        reference("ref-raw"),
        reference("ref-fastapi", "fastapi_app", only=frozenset()),
    ]


def others() -> list[Target]:
    """A reference that judges nothing."""
    return [reference("ref-aiohttp", client="aiohttp")]


def through_litellm() -> list[Target]:
    """What the bridge adds to LiteLLM."""
    only = frozenset({"small:10 c=1", "small:100 c=1", "cc:10 c=1", "small:100:20000 c=16"})
    return [
        bridge("cgb, litellm", model="litellm/gemini/gemini-2.5-flash", only=only, slow=True),
        reference("ref-litellm", "litellm_app", only=only, slow=True),
    ]


def nginx(upstream: str) -> Target | None:
    """A proxy that translates nothing; None where it is not installed."""
    if not (found := shutil.which("nginx")):
        return None
    conf = NGINX.replace("{address}", upstream.removeprefix("http://"))
    return Target("nginx", (found, "-p", "{home}", "-c", "{home}/nginx.conf"), files={"nginx.conf": conf})


def litellm_proxy() -> Target | None:
    """LiteLLM's own server in an environment of its own; None if it cannot be installed in time."""
    command = ("uvx", "--from", LITELLM, "litellm")
    if not _works(*command, "--version"):
        return None
    started = ("uvx", "--offline", *command[1:], "--config", "proxy.yaml", "--host", "127.0.0.1", "--port", "{port}")
    files = {"proxy.yaml": PROXY}
    return Target("litellm-proxy", started, files=files, health="/health/liveliness", slow=True)


def claude_code_proxy(checkout: Path | None) -> Target | None:
    """1rgs/claude-code-proxy, which is no package: None without a checkout of it."""
    needs = ("--with", "litellm==1.106.2", "--with", "fastapi[standard]", "--with", "httpx", "--with", "python-dotenv")
    command = ("uv", "run", "--no-project", "--python", sys.executable, *needs, "--directory", str(checkout), "uvicorn")
    if checkout is None or not _works(*command, "--version"):
        return None
    names = {"PREFERRED_PROVIDER": "google", "BIG_MODEL": "gemini-2.5-pro", "SMALL_MODEL": "gemini-2.5-flash"}
    env = names | {"GEMINI_API_BASE": "{upstream}/v1beta"}
    started = ("uv", "--offline", *command[1:], "server:app", "--port", "{port}", "--log-level", "warning")
    return Target("1rgs", started, env=env, health="/", slow=True)


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=INSTALLS_S, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
