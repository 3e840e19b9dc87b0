"""The Lambda function of the predict service, deployed twice: for gateway requests and for uploads from the queue."""

from mini_ml.adapters.startup import starting

with starting():
    from functions.predict.app import app, cloud, model_cache, settings
    from functions.predict.factory import scorer_of
    from mini_ml.adapters.http.lambda_entry import Entry

    lambda_handler = Entry(app, bucket=cloud.uploads.bucket, upload=scorer_of(cloud, model_cache, settings.threads))
