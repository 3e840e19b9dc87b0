"""The api's Lambda function: requests from the gateway, dead letters from their queue, the sweep by the schedule."""

from functools import partial

from mini_ml.adapters.startup import starting

with starting():
    from functions.api.app import app, cloud
    from mini_ml.adapters.http.lambda_entry import Entry
    from mini_ml.jobs import sweep

    lambda_handler = Entry(
        app,
        bucket=cloud.uploads.bucket,
        upload=partial(sweep.fail_dead_letter, cloud),
        unreadable=partial(sweep.store_unreadable_message, cloud),
        tick=partial(sweep.sweep, cloud),
    )
