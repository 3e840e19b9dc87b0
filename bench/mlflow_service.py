"""Convert a joblib pipeline to an MLflow model; runs in MLflow's environment: `python mlflow_service.py FROM TO`."""

import sys

import joblib
import mlflow.sklearn

mlflow.sklearn.save_model(joblib.load(sys.argv[1]), sys.argv[2], serialization_format="cloudpickle")
