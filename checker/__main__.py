"""`python -m checker` is `switchover`."""

from __future__ import annotations

import sys

from checker.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
