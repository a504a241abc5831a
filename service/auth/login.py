"""Showing who one is: a password, and a second factor where there is one. Each try counts, until it succeeds."""

from dataclasses import dataclass

from service.auth.credentials import Credentials
from service.auth.passwords import Passwords
from service.auth.second_factor import SecondFactors, recovery_hash
from service.db import Database, Role
from service.errors import Problem


@dataclass(frozen=True)
class Proof:
    """What matched: what service.end_login asks for."""

    password_hash: str
    step: int | None = None
    sealed: bytes | None = None
    recovery_hash: bytes | None = None


class Login:
    """Checks what people show."""

    def __init__(
        self, database: Database, passwords: Passwords, second_factors: SecondFactors, credentials: Credentials
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._second_factors = second_factors
        self._credentials = credentials

    async def password(self, username: str, client: str, password: str) -> tuple[str, bytes | None]:
        """The hash that the password matches, and the sealed secret of the user's second factor, if there is one.

        `client` is where the try comes from (addresses.limit_key). Raises Problem 401 login_failed, 429 login_delayed, 503.
        """
        with self._passwords.place():
            row = await self._database.row(Role.SERVICE, "begin_login", username, client)
            assert row is not None
            if row["wait_seconds"]:
                raise Problem(
                    429,
                    "login_delayed",
                    f"Too many tries have failed. Wait {row['wait_seconds']} s before the next.",
                    headers={"Retry-After": str(row["wait_seconds"])},
                )
            matches = await self._passwords.match(password, row["password_hash"])
        if not matches:
            # No challenge of the Bearer scheme: a token would not help here.
            raise Problem(401, "login_failed", "Username or password is wrong.")
        return row["password_hash"], row["second_factor"]

    async def prove(self, username: str, client: str, password: str, code: str | None) -> Proof:
        """Password and second factor, if there is one. Raises as `password`, and Problem 401 code_missing, code_not_valid.

        Of a recovery code only the database can say whether it holds.
        """
        password_hash, sealed = await self.password(username, client, password)
        if sealed is None:
            return Proof(password_hash)
        if not code:
            raise Problem(401, "code_missing", "Send the code of your second factor, or a recovery code, as code.")
        matched = self._second_factors.match(sealed, code, self._credentials.now())
        if matched is not None:
            return Proof(password_hash, matched.step, matched.sealed)
        if (recovery := recovery_hash(code)) is not None:
            return Proof(password_hash, recovery_hash=recovery)
        raise code_not_valid()


def code_not_valid() -> Problem:
    return Problem(401, "code_not_valid", "The code is wrong, or was used already.")
