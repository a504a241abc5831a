"""The second factor: time-based one-time passwords (RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

STEP_SECONDS = 30
# A code of the step before or after is taken too: clocks differ, and people type slowly.
STEPS_AROUND = (0, -1, 1)
ISSUER = "Leads"
RECOVERY_CODES = 10
RECOVERY_BYTES = 10

_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Matched:
    """A code that matched: its time step, and the secret sealed by the newest key."""

    step: int
    sealed: bytes


class SecondFactors:
    """Makes and checks them. Their secrets are kept encrypted by keys drawn from those of the tokens, the newest first."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_sealing_key(key)) for key in secret_keys])

    def make(self, username: str) -> tuple[str, str, bytes]:
        """A new secret: as text (base32), as an address for an authenticator's app (otpauth:), and sealed."""
        secret = pyotp.random_base32()
        address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
        return secret, address, self._fernet.encrypt(secret.encode())

    def match(self, sealed: bytes, code: str, now: float) -> Matched | None:
        """The step (of 30 s since 1970) whose code this is. None when it is of none, or no key opens the secret any more."""
        try:
            totp = pyotp.TOTP(self._fernet.decrypt(sealed).decode())
        except InvalidToken:
            return None
        typed = re.sub(r"\s", "", code)
        if not _CODE.fullmatch(typed):
            return None
        step = int(now) // STEP_SECONDS
        matching = [step + n for n in STEPS_AROUND if hmac.compare_digest(totp.at((step + n) * STEP_SECONDS), typed)]
        return Matched(matching[0], self._fernet.rotate(sealed)) if matching else None


def recovery_codes() -> list[str]:
    """New ones: 80 random bits each, as abcde-01234-..."""
    drawn = [secrets.token_hex(RECOVERY_BYTES) for _ in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 5] for at in range(0, len(code), 5)) for code in drawn]


def recovery_hash(code: str) -> bytes | None:
    """What a recovery code is known by, however it was typed; None for what can't be one."""
    typed = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(typed.encode()).digest() if re.fullmatch(rf"[0-9a-f]{{{2 * RECOVERY_BYTES}}}", typed) else None


def _sealing_key(secret_key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"leads totp").digest())
