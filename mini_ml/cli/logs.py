"""`mini-ml logs`: print the log lines of the local platform, or the commands that print those of a stage on AWS."""

import re
import shlex
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from mini_ml.cli.arguments import CliSettings
from mini_ml.cli.platform_url import find_stage, is_loopback
from mini_ml.client import Client, ClientFailure
from mini_ml.local.failures import LogsMissing
from mini_ml.topology import STAGES, Stage, aws_names, functions

if TYPE_CHECKING:
    from mini_ml.local.log_files import LogFiles

_PAUSE_SECONDS: Final = 0.3
_REGION: Final = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")


def print_logs(options: Namespace) -> None:
    """Print log lines, or the commands that do.

    Raises:
        LogsMissing: the local platform has no log files, or no line with the id.
    """
    if is_loopback(options.url):
        from mini_ml.local.log_files import LogFiles
        from mini_ml.local.settings import LocalSettings
        from mini_ml.local.statefolder import StateFolder

        files = LogFiles(folder=StateFolder(LocalSettings().state_dir.resolve()).logs, id=options.job)
        lines = follow(files) if options.follow else read(files)
    else:
        stage = STAGES[str(options.stage or find_stage(options.url))]
        lines = format_tail_commands(options.url, stage, _build_pattern(options), follow=options.follow)
    for line in lines:
        print(line, flush=True)


def read(files: "LogFiles") -> Iterator[str]:
    """Yield the lines written so far. Raises LogsMissing if none has the id."""
    has_lines = False
    for line in files.read_new():
        has_lines = True
        yield line
    if not has_lines and files.id is not None:
        raise LogsMissing(f"No line in {files.folder} has the job id or correlation id {files.id}.")


def follow(files: "LogFiles", *, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Yield the lines written so far, then those that are written, without end."""
    while True:
        yield from files.read_new()
        sleep(_PAUSE_SECONDS)


def format_tail_commands(url: str, stage: Stage, pattern: str | None, *, follow: bool) -> Iterator[str]:
    """Yield a command of the AWS CLI for the log group of each function.

    Args:
        url: URL of the platform, from which the region is read if it is there.
        stage: stage of the platform.
        pattern: filter pattern of the lines to print; None prints all.
        follow: whether the commands wait for further lines.
    """
    region = _REGION.search(url)
    names = aws_names(stage, account="", region="")
    yield "# Run these with credentials of the account, one at a time or in several terminals:"
    for function in functions(stage):
        words = ["aws", "logs", "tail", f"/aws/lambda/{names.function(function.name)}", "--format", "short"]
        words += ["--since", "1d" if pattern else "1h"]
        words += ["--region", region[1]] if region else []
        words += ["--follow"] if follow else []
        words += ["--filter-pattern", pattern] if pattern else []
        yield shlex.join(words)


def _build_pattern(options: Namespace) -> str | None:
    """Return the filter pattern for the id that was asked for; None if there is none.

    If it is the id of a job that can be read, lines with the job's correlation id match too, unless they name another
    job.
    """
    if options.job is None:
        return None
    try:
        with Client(options.url, credential=CliSettings().credential) as client:
            of_job = client.job(options.job).correlation_id
    except ClientFailure:
        of_job = None
    conditions = [f'($.job_id = "{options.job}")', f'($.correlation_id = "{options.job}")']
    if of_job not in (None, options.job):
        conditions.append(f'(($.correlation_id = "{of_job}") && ($.job_id NOT EXISTS))')
    return f"{{ {' || '.join(conditions)} }}"
