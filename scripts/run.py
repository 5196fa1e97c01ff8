"""Start the playground and the embedded authorization server, and stop both on Ctrl-C.

`run.py` starts both, `run.py playground` or `run.py authserver` only one of them. The ports come
from PORT and AUTHSERVER_PORT; whatever else is set in the environment is passed on as it is.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import local_tls
from children import (
    Child,
    ChildError,
    port_is_taken,
    resolves_to_loopback,
    stop,
    stop_on_signals,
    stopped,
    watch,
)

ROOT = Path(__file__).parents[1]
HOSTS = ("wso2is.local", "localhost", "127.0.0.1", "localhost.com")
HOSTS_LINE = "127.0.0.1   wso2is.local"


def main() -> int:
    """Start what the command line names, tell where it is, wait. Returns the exit code."""
    os.chdir(ROOT)
    stop_on_signals()
    children: list[Child] = []
    try:
        port = _port("8443" if local_tls.wanted() else "8080", "PORT", "PLAYGROUND_PORT")
        server_port = _port("9443", "AUTHSERVER_PORT")
        parts = _free_parts(sys.argv[1:] or ["playground", "authserver"], port, server_port)
        env = _environment(port, server_port, "authserver" in parts)
        if "playground" in parts and local_tls.wanted():
            env |= local_tls.issue(HOSTS, env)
        for part in parts:
            children.append(_start(part, env))
        for child in children:
            child.wait_until_ready()
        if not stopped.is_set():
            print(_where(parts, port, server_port, env), flush=True)
        watch(children)
    except ChildError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        stop(children)
    return 0


def _port(default: str, *variables: str) -> int:
    """The port from the first of these variables that is set."""
    for variable in variables:
        text = os.environ.get(variable) or ""
        if not text:
            continue
        if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
            return int(text)
        raise ChildError(f"{variable} must be a number from 1 to 65535, not {text!r}.")
    return int(default)


def _bind(env: Mapping[str, str]) -> str:
    """Where the playground listens; an IPv6 address may stand in brackets."""
    return (env.get("PLAYGROUND_BIND") or "127.0.0.1").strip("[]")


def _free_parts(wanted: list[str], port: int, server_port: int) -> list[str]:
    """The parts that can be started; a taken port of the embedded server costs only that."""
    bind = _bind(os.environ)
    if "playground" in wanted and port_is_taken(port, bind):
        target = "run" if "authserver" in wanted else "playground"
        raise ChildError(f"Port {port} is taken. Choose another: make {target} PORT={port + 10}")
    if "authserver" not in wanted or not port_is_taken(server_port):
        return wanted
    if "playground" not in wanted:
        another = f"make authserver AUTHSERVER_PORT={server_port + 1}"
        raise ChildError(f"Port {server_port} is taken. Choose another: {another}")
    print(
        f"Port {server_port} is taken, perhaps by a real WSO2. Starting only the playground.",
        flush=True,
    )
    return ["playground"]


def _environment(port: int, server_port: int, with_server: bool) -> dict[str, str]:
    """What the children are told; values that are set already win, except for the ports."""
    data_dir = os.environ.get("AUTHSERVER_DATA_DIR") or ".local/authserver"
    server = f"https://localhost:{server_port}"
    defaults = {
        "PYTHONUNBUFFERED": "1",
        "AUTHSERVER_DATA_DIR": data_dir,
        "AUTHSERVER_PLAYGROUND": " ".join(f"{local_tls.scheme()}://{h}:{port}" for h in HOSTS),
        "PLAYGROUND_CA_FILE": str(Path(data_dir) / "ca.pem"),
        "PLAYGROUND_EMBEDDED": server,
    }
    if with_server:
        defaults["PLAYGROUND_GATEWAY"] = server
    ports = {"PLAYGROUND_PORT": str(port), "AUTHSERVER_PORT": str(server_port)}
    return {**defaults, **os.environ, **ports}


def _start(part: str, env: dict[str, str]) -> Child:
    if part == "authserver":
        return Child.start(
            "embedded server",
            [sys.executable, "-m", "authserver"],
            url=f"https://localhost:{env['AUTHSERVER_PORT']}",
            env=env,
            ca_file=Path(env["AUTHSERVER_DATA_DIR"]) / "ca.pem",
        )
    bind = _bind(env)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return Child.start(
        "playground",
        [sys.executable, "-m", "gunicorn", "app:app"],
        url=f"{local_tls.scheme(env)}://{host}:{env['PLAYGROUND_PORT']}/playground2",
        env=env,
        ca_file=Path(env["AUTHSERVER_DATA_DIR"]) / "ca.pem",
    )


def _where(parts: list[str], port: int, server_port: int, env: dict[str, str]) -> str:
    """What to open, who to sign in as, and the line that the tutorial's host name needs."""
    lines = [""]
    if "playground" in parts:
        base = f"Playground       {local_tls.scheme(env)}://"
        lines += [f"{base}{host}:{port}/playground2" for host in HOSTS[:2]]
    if "authserver" in parts:
        server = f"https://localhost:{server_port}"
        lines += [f"Embedded server  {server}", f"Portal           {server}/devportal"]
        lines += ["Demo user        admin / admin"]
    if "playground" in parts and not resolves_to_loopback(HOSTS[0]):
        lines += [f"For {HOSTS[0]}, add this line to /etc/hosts:", HOSTS_LINE]
    return "\n".join([*lines, "Ctrl-C stops.", ""])


if __name__ == "__main__":
    sys.exit(main())
