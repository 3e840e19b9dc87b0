"""The trainer's Lambda function: uploads to train on, from their queue; requests, where a gateway sends any."""

from mini_ml.adapters.startup import starting

with starting():
    from functions.trainer.app import app, cloud, settings
    from functions.trainer.factory import trainer_of
    from mini_ml.adapters.http.lambda_entry import Entry

    upload = trainer_of(cloud, settings.workdir, settings.threads)
    lambda_handler = Entry(app, bucket=cloud.uploads.bucket, upload=upload)
