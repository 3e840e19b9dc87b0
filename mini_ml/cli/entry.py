"""Entry point of `mini-ml`; exit codes: 0 success, 1 failure, 2 invalid arguments or settings, 130 interrupted."""

import io
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from mini_ml.cli import arguments, commands, printing
from mini_ml.client import ClientFailure, RequestRejected
from mini_ml.local.failures import LocalFailure


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are printed to standard error."""
    as_json = False
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # labels can contain characters that the terminal cannot encode
    try:
        options = arguments.parse(sys.argv[1:] if argv is None else argv)
        as_json = getattr(options, "json", False)
        commands.run(options)
    except RequestRejected as rejection:
        printing.print_problem(rejection.problem, correlation_id=rejection.correlation_id, as_json=as_json)
        return 1
    except ValidationError as error:
        printing.print_invalid_settings(error)
        return 2
    except BrokenPipeError:  # as in `mini-ml jobs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ClientFailure, LocalFailure, OSError) as failure:  # OSError: a file or folder the user named
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
