"""The API key that opens everything: random, made by AWS, and read by whoever may read the secret."""

import string
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledgements import acknowledge

_CHARACTERS: Final = 48
"""Of 62 different ones each, which is 285 bits."""
_HANDED_OVER: Final = (
    "Callers hold copies of the key, which a rotation by the clock would lock out. The runbook says how to exchange "
    "it; functions take the new one within seconds."
)


def admin_key(scope: Construct, id: str, *, stage_name: str) -> secretsmanager.Secret:
    """Return a secret with a new key in it; it goes with the stack."""
    secret = secretsmanager.Secret(
        scope,
        id,
        description=f"API key with the scope admin of Mini-ML-Platform, stage {stage_name}",
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=_CHARACTERS, exclude_characters=string.punctuation, include_space=False
        ),
        removal_policy=RemovalPolicy.DESTROY,
    )
    acknowledge(secret, "SMG4", _HANDED_OVER)
    return secret
