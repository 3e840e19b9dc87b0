"""`POST /inspect` without a gateway: the api forwards the form to the predict service."""

from fastapi import Request
from starlette.responses import Response

from functions.api.forwarding import forward_to_predict
from mini_ml.adapters.http.openapi.inspection import INSPECT_PATH, INSPECTION
from mini_ml.adapters.http.reading.forms import read_form_body
from mini_ml.adapters.http.reading.inspections import INSPECT_FORM
from mini_ml.adapters.http.service import CloudDep, new_router

router = new_router("Train and predict")


@router.post(INSPECT_PATH, **INSPECTION)
async def inspect(request: Request, cloud: CloudDep) -> Response:
    """Reads the file as `/train` does, but trains nothing, stores nothing and creates no job.

    At most 20,000 rows are looked at; `complete` says whether these are all. What a training would be rejected for is
    in `problems`.
    """
    body = await read_form_body(request, INSPECT_FORM, cloud.stage.limits)
    # The boundary of the form is a parameter of the content type, so forward it unchanged.
    return await forward_to_predict(request, INSPECT_PATH, body=body, content_type=request.headers["content-type"])
