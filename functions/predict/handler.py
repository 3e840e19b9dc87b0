"""The predict room's Lambda function, deployed twice: for requests of the gateway, and for uploads from their queue."""

from mini_ml.adapters.startup import starting

with starting():
    from functions.predict.app import app, cloud, settings, shelf
    from functions.predict.factory import scorer_of
    from mini_ml.adapters.http.lambda_entry import Entry

    lambda_handler = Entry(app, bucket=cloud.uploads.bucket, upload=scorer_of(cloud, shelf, settings.threads))
