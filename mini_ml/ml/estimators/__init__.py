"""scikit-learn's estimators as the catalogue offers them: bounded, seeded, fitted with their refusals told."""
