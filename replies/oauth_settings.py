"""OAuth2 logins: how a provider hands out tokens for a mailbox, and what is known of Google's and Microsoft's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from replies.settings import is_loopback


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoints:
    """Where a provider is asked, and for what."""

    token_url: str
    device_url: str  #: RFC 8628; "" where there is none
    auth_url: str  #: RFC 6749, 4.1; "" where there is none
    scope: str
    lifetime_days: int  #: after which an unused refresh token dies


#: https://developers.google.com/identity/protocols/oauth2: a refresh token unused for six months is revoked; one of an
#: application in "testing" dies after seven days, which its answer tells.
_GOOGLE = Endpoints(
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106  # no password
    device_url="https://oauth2.googleapis.com/device/code",
    auth_url="https://accounts.google.com/o/oauth2/v2/auth",
    scope="https://mail.google.com/",
    lifetime_days=180,
)

#: https://learn.microsoft.com/entra/identity-platform/refresh-tokens: ninety days, anew with every use.
_MICROSOFT_DAYS = 90
_MICROSOFT_SCOPE = (
    "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
)
_MICROSOFT_APPLICATION = "https://outlook.office365.com/.default"


def _microsoft(tenant: str, *, application: bool) -> Endpoints:
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return Endpoints(
        token_url=f"{base}/token",
        device_url=f"{base}/devicecode",
        auth_url=f"{base}/authorize",
        scope=_MICROSOFT_APPLICATION if application else _MICROSOFT_SCOPE,
        lifetime_days=_MICROSOFT_DAYS,
    )


class OAuthSettings(BaseModel):
    """A provider's login."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", description="its own key under [oauth]")
    provider: Literal["google", "microsoft", "other"] | None = Field(
        default=None, description="whose endpoints are known; else by the table's name"
    )
    client_id: str = Field(min_length=1, description="the application's id, as the provider gave it")
    client_secret: SecretStr | None = Field(default=None, description="its secret; better as client_secret_file")
    tenant: str = Field(default="common", pattern=r"^[A-Za-z0-9.-]+$", description="Microsoft's directory")
    flow: Literal["device", "code", "application"] = Field(
        default="device", description="a person allows it on another device or in a browser, or an administrator once"
    )
    scope: str | None = Field(default=None, description="what is asked for; else what mail needs")
    token_url: str | None = Field(default=None, description="where tokens come from; else the provider's")
    device_url: str | None = Field(default=None, description="where a device is announced; else the provider's")
    auth_url: str | None = Field(default=None, description="where a browser is sent; else the provider's")
    ca_file: Path | None = Field(default=None, description="certificate authorities, where the system's do not do")
    lifetime_days: int | None = Field(default=None, ge=1, description="days that an unused login lives; as known")

    @property
    def kind(self) -> str:
        """google, microsoft, or other."""
        return self.provider or (self.name if self.name in ("google", "microsoft") else "other")

    @property
    def endpoints(self) -> Endpoints:
        """Where it is asked, what is configured before what is known."""
        known = Endpoints(token_url="", device_url="", auth_url="", scope="", lifetime_days=_MICROSOFT_DAYS)
        if self.kind == "google":
            known = _GOOGLE
        elif self.kind == "microsoft":
            known = _microsoft(self.tenant, application=self.flow == "application")
        return Endpoints(
            token_url=self.token_url or known.token_url,
            device_url=self.device_url or known.device_url,
            auth_url=self.auth_url or known.auth_url,
            scope=self.scope if self.scope is not None else known.scope,
            lifetime_days=self.lifetime_days or known.lifetime_days,
        )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.endpoints.token_url:
            msg = "token_url is needed where the provider is neither google nor microsoft"
            raise ValueError(msg)
        for url in (self.token_url, self.device_url, self.auth_url):
            parts = urlsplit(url or "https://none")
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                msg = f"{url}: tokens are asked for over https, or on this machine"
                raise ValueError(msg)
        if self.flow == "application" and (self.client_secret is None or self.kind == "google"):
            msg = 'flow = "application" needs a client_secret, and is not Google\'s'
            raise ValueError(msg)
        return self
