"""Seals: MACs over digests, with a key from the settings or a key in KMS.

The format of a seal is `{key id}.{MAC in hex}`. The key id is information for people. It can rule out a configured key
but never brings in another one, because an attacker who forges a manifest could name their own key. Seals of older
releases have no key id.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from mini_ml.adapters.aws.failures import code_of
from mini_ml.errors import StorageUnavailable
from mini_ml.ports import Seal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.literals import MacAlgorithmSpecType

_PURPOSE: Final = b"mini-ml manifest seal v1\x00"
"""Prefix of every sealed message, so that MACs for other purposes with the same key are not valid seals."""
_NAMING: Final = b"mini-ml seal key id v1"
"""Message whose MAC is the id of a secret key; identifies the key without revealing it."""
_ALGORITHM: "Final[MacAlgorithmSpecType]" = "HMAC_SHA_256"
_INVALID: Final = frozenset({"KMSInvalidMacException", "KMSInvalidMac"})


class HmacSeal:
    """HMAC-SHA256 with a secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = self._mac(_NAMING).hex()[:16]

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest."""
        return f"{self.key_id}.{self._mac(_PURPOSE + digest).hex()}"

    def verify(self, digest: bytes, seal: str) -> bool:
        """Return whether `seal` was made for `digest` with this key; compares in constant time."""
        mac = _mac_in(seal, self.key_id)
        return mac is not None and hmac.compare_digest(self._mac(_PURPOSE + digest), mac)

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self._key, message, hashlib.sha256).digest()


class KmsSeal:
    """HMAC-SHA256 in KMS, where key policies define who may sign and who may only verify.

    KMS accepts at most 4,096 bytes, so it signs a digest instead of the manifest.
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
        """Return whether `seal` was made for `digest` with this key. Raises StorageUnavailable."""
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


class RotatedSeal:
    """A seal whose key is being replaced: it signs with one key, and verifies with that key and further ones."""

    def __init__(self, present: Seal, accepted: Sequence[Seal]) -> None:
        """Use the seals of the key that signs, and of the further keys that verify."""
        self._present = present
        self._all = (present, *accepted)
        self.key_id = present.key_id

    def sign(self, digest: bytes) -> str:
        """Return the seal of a SHA-256 digest with the key that signs. Raises StorageUnavailable."""
        return self._present.sign(digest)

    def verify(self, digest: bytes, seal: str) -> bool:
        """Return whether `seal` was made for `digest` with one of the keys.

        Raises:
            StorageUnavailable: a key is unavailable, and no other key made the seal.
        """
        unavailable: StorageUnavailable | None = None
        for one in self._all:
            try:
                if one.verify(digest, seal):
                    return True
            except StorageUnavailable as error:
                unavailable = error
        if unavailable is not None:
            raise unavailable
        return False


def _mac_in(seal: str, key_id: str) -> bytes | None:
    """Return the MAC in a seal; None if the seal is malformed or has the id of another key."""
    named, _, spelled = seal.rpartition(".")
    if named not in ("", key_id):
        return None
    try:
        mac = bytes.fromhex(spelled)
    except ValueError:
        return None
    return mac if len(mac) == hashlib.sha256().digest_size else None
