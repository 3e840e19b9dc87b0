"""Lambda handler of the trainer: uploads from its queue, and HTTP requests."""

from mini_ml.adapters.startup import starting

with starting():
    from functions.trainer.app import app, cloud, settings
    from functions.trainer.factory import build_trainer
    from mini_ml.adapters.http.lambda_entry import LambdaEntryPoint

    upload = build_trainer(cloud, settings.workdir, settings.threads)
    lambda_handler = LambdaEntryPoint(
        app, bucket=cloud.uploads.bucket, upload=upload, metrics=cloud.metrics, limits=cloud.stage.limits
    )
