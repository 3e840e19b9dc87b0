"""From a command line to an exit code: 0 done, 1 refused, 2 misused, 130 interrupted."""

import io
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from mini_ml.cli import arguments, commands, printing
from mini_ml.client import ClientFailure, Refused
from mini_ml.local.failures import LocalFailure


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; prints to standard output, and what went wrong to standard error."""
    as_json = False
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for labels that the terminal's encoding does not have
    try:
        options = arguments.parse(sys.argv[1:] if argv is None else argv)
        as_json = getattr(options, "json", False)
        commands.run(options)
    except Refused as refusal:
        printing.print_problem(refusal.problem, as_json=as_json)
        return 1
    except ValidationError as error:
        printing.print_wrong_settings(error)
        return 2
    except BrokenPipeError:  # as in `mini-ml jobs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ClientFailure, LocalFailure, OSError) as failure:  # OSError: of a file or folder that the user named
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
