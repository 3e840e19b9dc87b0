"""Lambda handler of the api, deployed twice: for HTTP requests, and for dead letters and the scheduled sweep."""

from functools import partial

from mini_ml.adapters.startup import starting

with starting():
    from functions.api.app import app, cloud
    from mini_ml.adapters.http.lambda_entry import LambdaEntryPoint
    from mini_ml.jobs import sweep

    lambda_handler = LambdaEntryPoint(
        app,
        bucket=cloud.uploads.bucket,
        upload=partial(sweep.fail_dead_letter, cloud),
        unreadable=partial(sweep.store_unreadable_message, cloud),
        tick=partial(sweep.sweep, cloud),
        metrics=cloud.metrics,
        limits=cloud.stage.limits,
    )
