"""The scoring plan: a fitted model as plain numpy arrays and JSON, answering without scikit-learn, pandas or pickle.

The trainer compiles it, holds it to the fitted pipeline on hold-out rows, and publishes it beside the artifact.
Online scoring answers from it; where there is none, from the pipeline.
"""
