"""Python client for the platform: a thin wrapper over the HTTP API that returns its responses as pydantic models.

    from pathlib import Path

    from mini_ml.client import Client
    from mini_ml.contracts import JobPage, TrainOptions

    with Client("http://localhost:8000") as client:
        found = client.inspect(Path("iris.csv"), target_column="variety")
        job = client.train(Path("iris.csv"), model_name="iris", options=TrainOptions(target_column="variety"))
        answer = client.predict(Path("rows.csv"), model_name="iris")
        page = client.jobs(state="succeeded")
        if "next" in page.links:
            page = client.follow(page.links["next"], JobPage)

`Client` documents its methods. The models are in `mini_ml.contracts`. Their `links` are absolute URLs; fields that
this client does not know, because the server is newer, are ignored.
"""

from mini_ml.client.client import Client
from mini_ml.client.exceptions import ClientFailure, RequestRejected, Unreachable
from mini_ml.client.transport import DEFAULT_URL

__all__ = ["DEFAULT_URL", "Client", "ClientFailure", "RequestRejected", "Unreachable"]
