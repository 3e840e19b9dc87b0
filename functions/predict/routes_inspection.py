"""`POST /inspect`: look at a CSV before a training."""

from functools import partial
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import Response

from mini_ml.adapters.http.openapi.inspection import INSPECT_PATH, INSPECTION
from mini_ml.adapters.http.reading.inspections import read_inspect_submission
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.workflows.online_inspect import inspect_body

AT_ONCE: Final = 2
"""Inspections at the same time; others wait, because each one needs memory beside the models."""

router = new_router("Train and predict")


@router.post(INSPECT_PATH, **INSPECTION)
async def inspect(request: Request, cloud: CloudDep) -> Response:
    """Reads the file as `/train` does, but trains nothing, stores nothing and creates no job.

    At most 20,000 rows are looked at; `complete` says whether these are all. What a training would be rejected for is
    in `problems`.
    """
    limiter: CapacityLimiter = request.app.state.inspections
    asked = await read_inspect_submission(request, cloud.stage.limits)
    work = partial(inspect_body, asked.body, asked.options, cloud.stage.inspection_limits)
    return Response(await to_thread.run_sync(work, limiter=limiter), media_type="application/json")
