"""Build and fit estimators of scikit-learn, with the limits of the platform, a seed, and readable errors."""
