"""The seal: a MAC over digests, under a key from the settings or under one that never leaves KMS."""

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.adapters.aws.failures import code_of
from mini_ml.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.literals import MacAlgorithmSpecType

_PURPOSE: Final = b"mini-ml manifest seal v1\x00"
"""Put in front of every digest, so that a MAC made with the same key for anything else is no seal."""
_ALGORITHM: "Final[MacAlgorithmSpecType]" = "HMAC_SHA_256"
_INVALID: Final = frozenset({"KMSInvalidMacException", "KMSInvalidMac"})


class HmacSeal:
    """HMAC-SHA256 under one secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, in hex."""
        return hmac.new(self._key, _PURPOSE + digest, hashlib.sha256).hexdigest()

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell, in constant time, whether `seal` was made for `digest` under this key."""
        return hmac.compare_digest(self.sign(digest).encode(), seal.encode())


class KmsSeal:
    """HMAC-SHA256 by KMS, whose policies decide who may sign and who may only verify.

    KMS takes at most 4,096 bytes, and gets a digest and the purpose, never the manifest.
    """

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        """Use the HMAC key with this id or ARN."""
        self._client = client
        self._key_id = key_id

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest, in hex. Raises StorageUnavailable."""
        try:
            answer = self._client.generate_mac(KeyId=self._key_id, Message=_PURPOSE + digest, MacAlgorithm=_ALGORITHM)
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        return answer["Mac"].hex()

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell whether `seal` was made for `digest` under this key. Raises StorageUnavailable."""
        mac = _mac_in(seal)
        if mac is None:
            return False
        try:
            answer = self._client.verify_mac(
                KeyId=self._key_id, Message=_PURPOSE + digest, MacAlgorithm=_ALGORITHM, Mac=mac
            )
        except ClientError as error:
            if code_of(error) in _INVALID:
                return False
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        except BotoCoreError as error:
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        return answer["MacValid"]


def _mac_in(seal: str) -> bytes | None:
    """Return the MAC that a seal spells; None for what is no seal, which KMS need not be asked about."""
    try:
        mac = bytes.fromhex(seal)
    except ValueError:
        return None
    return mac if len(mac) == hashlib.sha256().digest_size else None
