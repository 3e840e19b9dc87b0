"""The seal: a MAC over digests, under a key from the settings or under one that never leaves KMS.

A seal is spelled `{key id}.{MAC in hex}`. The id tells people which key sealed; it never chooses the key, since whoever
forges a manifest would name one of their own. A seal without an id is of a release that wrote none.
"""

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
_NAMING: Final = b"mini-ml seal key id v1"
"""What a secret's id is the MAC of: it tells two keys apart, and nothing of either."""
_ALGORITHM: "Final[MacAlgorithmSpecType]" = "HMAC_SHA_256"
_INVALID: Final = frozenset({"KMSInvalidMacException", "KMSInvalidMac"})


class HmacSeal:
    """HMAC-SHA256 under one secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = self._mac(_NAMING).hex()[:16]

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest."""
        return f"{self.key_id}.{self._mac(_PURPOSE + digest).hex()}"

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell, in constant time, whether `seal` was made for `digest` under this key."""
        mac = _mac_in(seal, self.key_id)
        return mac is not None and hmac.compare_digest(self._mac(_PURPOSE + digest), mac)

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self._key, message, hashlib.sha256).digest()


class KmsSeal:
    """HMAC-SHA256 by KMS, whose policies decide who may sign and who may only verify.

    KMS takes at most 4,096 bytes, and gets a digest and the purpose, never the manifest.
    """

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        """Use the HMAC key with this id or ARN."""
        self._client = client
        self._key = key_id
        self.key_id = key_id.rpartition("/")[2]

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest. Raises StorageUnavailable."""
        try:
            answer = self._client.generate_mac(KeyId=self._key, Message=_PURPOSE + digest, MacAlgorithm=_ALGORITHM)
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        return f"{self.key_id}.{answer['Mac'].hex()}"

    def verify(self, digest: bytes, seal: str) -> bool:
        """Tell whether `seal` was made for `digest` under this key. Raises StorageUnavailable."""
        mac = _mac_in(seal, self.key_id)
        if mac is None:
            return False
        try:
            answer = self._client.verify_mac(
                KeyId=self._key, Message=_PURPOSE + digest, MacAlgorithm=_ALGORITHM, Mac=mac
            )
        except ClientError as error:
            if code_of(error) in _INVALID:
                return False
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        except BotoCoreError as error:
            raise StorageUnavailable("The key of the seal is unavailable.") from error
        return answer["MacValid"]


def _mac_in(seal: str, key_id: str) -> bytes | None:
    """Return the MAC that a seal spells; None for what is no seal of this key, which KMS need not be asked about."""
    named, _, spelled = seal.rpartition(".")
    if named not in ("", key_id):
        return None
    try:
        mac = bytes.fromhex(spelled)
    except ValueError:
        return None
    return mac if len(mac) == hashlib.sha256().digest_size else None
