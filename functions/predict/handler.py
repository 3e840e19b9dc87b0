"""Lambda handler of the predict service, deployed twice: for HTTP requests and for uploads from its queue."""

from mini_ml.adapters.startup import starting

with starting():
    from functions.predict.app import app, cloud, model_cache, settings
    from functions.predict.factory import build_scorer
    from mini_ml.adapters.http.lambda_entry import LambdaEntryPoint

    lambda_handler = LambdaEntryPoint(
        app,
        bucket=cloud.uploads.bucket,
        upload=build_scorer(cloud, model_cache, settings.threads),
        metrics=cloud.metrics,
        limits=cloud.stage.limits,
    )
