"""The scoring plan: a fitted model as numpy arrays and JSON, which predicts without scikit-learn, pandas or pickle.

The trainer compiles the plan, compares it with the fitted pipeline on hold-out rows, and publishes it next to the
artifact. Online scoring uses the plan if there is one, and the pipeline otherwise.
"""
