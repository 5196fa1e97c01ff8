"""Let this machine's browsers trust the local certificate authority; `--remove` takes it back.

What can be done without asking for a password is done; for the rest the exact steps are printed.
`--browsers` leaves the system's own store alone.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import local_tls
from children import ChildError

ROOT = Path(__file__).parents[1]
NAMES = ("wso2is.local", "localhost", "127.0.0.1", "localhost.com")
NAME = "OAuth 2.0 Playground, local authority"
DEBIAN = Path("/usr/local/share/ca-certificates/oauth2-playground.crt")
FEDORA = Path("/etc/pki/ca-trust/source/anchors/oauth2-playground.pem")
WARNING = """
Whoever can read {key} can now pose as any
server to this machine's browsers. It is readable by you alone; `make distrust` ends the trust."""


def main() -> int:
    """Install or remove the authority everywhere we can. Returns the exit code."""
    os.chdir(ROOT)
    remove = "--remove" in sys.argv[1:]
    folder = Path(os.environ.get("AUTHSERVER_DATA_DIR") or ".local/authserver")
    authority = folder.absolute() / "ca.pem"
    try:
        if not remove:
            local_tls.run_authority(NAMES, os.environ)
    except ChildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The local authority is {authority}")
    for database in _databases():
        _browser(database, authority, remove)
    if "--browsers" not in sys.argv[1:]:
        _system(authority, remove)
    if not remove:
        print(WARNING.format(key=authority.with_name("ca.key")))
    return 0


def _databases() -> Iterator[Path]:
    """The NSS databases of Chromium (made if missing) and of Firefox's profiles."""
    home = Path.home()
    yield home / ".pki" / "nssdb"
    for pattern in (
        ".mozilla/firefox/*/cert9.db",
        "snap/firefox/common/.mozilla/firefox/*/cert9.db",
    ):
        yield from (found.parent for found in home.glob(pattern))


def _browser(database: Path, authority: Path, remove: bool) -> None:
    where = ["-d", f"sql:{database}"]
    change = ["-D", "-n", NAME] if remove else ["-A", "-t", "C,,", "-n", NAME, "-i", str(authority)]
    if not shutil.which("certutil"):
        print(f"Not done: {database} (install libnss3-tools, then run this again)")
        return
    if not (database / "cert9.db").exists():
        if remove:
            return
        database.mkdir(parents=True, exist_ok=True, mode=0o700)
        _run(["certutil", "-N", "--empty-password", *where])
    done = _run(["certutil", *change, *where])
    print(f"{'Done' if done else 'Not done'}: {database} (restart the browser)")


def _system(authority: Path, remove: bool) -> None:
    """The system's own store needs root: done when we are, else printed."""
    steps = list(_system_steps(authority, remove))
    if sys.platform == "linux" and os.geteuid() == 0 and steps:
        done = all(_run(step) for step in steps)
        print(f"{'Done' if done else 'Not done'}: the system's store (curl, and most programs)")
        return
    print("For the system's store (curl, Safari, and most programs), run:")
    for step in steps:
        print("  sudo " + " ".join(f"'{word}'" if " " in word else word for word in step))
    print(f"On Windows: certutil -user {'-delstore' if remove else '-addstore'} Root {authority}")


def _system_steps(authority: Path, remove: bool) -> Iterator[list[str]]:
    if sys.platform == "darwin":
        verb = ["remove-trusted-cert", "-d"] if remove else ["add-trusted-cert", "-d"]
        yield ["security", *verb, str(authority)]
        return
    debian = shutil.which("update-ca-certificates") is not None
    target = DEBIAN if debian else FEDORA
    yield ["rm", "-f", str(target)] if remove else ["cp", str(authority), str(target)]
    yield ["update-ca-certificates"] if debian else ["update-ca-trust"]


def _run(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
