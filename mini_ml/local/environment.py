"""Environment variables of the processes that the local platform starts, independent of the user's shell."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

_SETTINGS: Final = "MINI_ML_"
_INHERITED: Final = (
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PYTHONPATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Variables with which this interpreter finds its libraries and its trusted certificates."""


def build_process_environment(*, home: Path) -> dict[str, str]:
    """Return the complete environment of a process; it inherits nothing else.

    It includes the `MINI_ML_…` variables of the current environment and of `.env` in the working directory; the
    environment takes precedence. It excludes the user's AWS account, proxies, locale, time zone and Python settings.

    Args:
        home: folder for temporary files; also set as the home directory.
    """
    return {
        **_select_settings(dotenv_values(".env")),
        **_select_settings(os.environ),
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


def _select_settings(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name: value
        for name, value in variables.items()
        if value is not None and (name.startswith(_SETTINGS) or name in _INHERITED)
    }
