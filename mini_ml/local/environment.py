"""The environment of the processes that the platform starts: the same on every machine, whatever shell starts them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

_SETTINGS: Final = "MINI_ML_"
_PASSED_ON: Final = (
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PYTHONPATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Where this interpreter finds its libraries, and the certificates that it trusts."""


def process_environment(*, home: Path) -> dict[str, str]:
    """Return the environment of a process of the platform, which inherits nothing else.

    It holds the platform's settings (`MINI_ML_…`) from the environment and from `.env` in the working directory; the
    environment wins. The user's AWS account, proxies, locale, time zone and Python settings do not reach it.

    Args:
        home: folder for temporary files, which also serves as the home directory.
    """
    return {
        **_chosen(dotenv_values(".env")),
        **_chosen(os.environ),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "TERM": "dumb",
        "TZ": "UTC",
        "NO_PROXY": "*",
        "no_proxy": "*",
    }


def _chosen(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name: value
        for name, value in variables.items()
        if value is not None and (name.startswith(_SETTINGS) or name in _PASSED_ON)
    }
