"""The secrets of the stack: the admin API key, and the entries of further API keys."""

import string
from typing import Final

from aws_cdk import RemovalPolicy, SecretValue
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledgements import acknowledge

_CHARACTERS: Final = 48
"""Length of the key; 48 letters and digits have 285 bits."""
_MANUAL_ROTATION: Final = (
    "Clients have copies of the key, so automatic rotation would lock them out. The runbook has the steps; "
    "functions accept the new key within seconds."
)


_ONLY_DIGESTS: Final = (
    "The secret holds digests of API keys, not the keys, and every deployment writes it; functions read changed "
    "digests within minutes."
)


def make_admin_key(scope: Construct, id: str, *, stage_name: str) -> secretsmanager.Secret:
    """Create a secret with a new key. It is deleted with the stack."""
    secret = secretsmanager.Secret(
        scope,
        id,
        description=f"API key with the scope admin of Mini-ML-Platform, stage {stage_name}",
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=_CHARACTERS, exclude_characters=string.punctuation, include_space=False
        ),
        removal_policy=RemovalPolicy.DESTROY,
    )
    acknowledge(secret, "SMG4", _MANUAL_ROTATION)
    return secret


def make_stored_api_keys(scope: Construct, id: str, *, entries: str, stage_name: str) -> secretsmanager.Secret:
    """Create a secret with the entries of API keys, which are digests and may be in the template."""
    secret = secretsmanager.Secret(
        scope,
        id,
        description=f"Digests of API keys of Mini-ML-Platform, stage {stage_name}",
        secret_string_value=SecretValue.unsafe_plain_text(entries),
        removal_policy=RemovalPolicy.DESTROY,
    )
    acknowledge(secret, "SMG4", _ONLY_DIGESTS)
    return secret
