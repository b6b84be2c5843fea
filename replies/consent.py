"""How a person allows a login once: on another device (RFC 8628), or in a browser whose last address is handed back.

The second is for providers that give no mail to devices, as Google does (RFC 6749, 4.1 with PKCE, RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from replies.errors import GrantRefused, TokenServerDown
from replies.oauth import ask, failure
from replies.oauth_settings import OAuthSettings

#: RFC 8628, 3.2 and 3.5: seconds between questions where none are told, and how many more after "slow_down".
_INTERVAL: Final = 5
_SLOWER: Final = 5

#: Nobody listens there: the browser shows an error, and the address that it shows holds the code.
REDIRECT: Final = "http://127.0.0.1:8400/"

_DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_OK: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What a person has to do on another device."""

    code: str  #: for our questions
    user_code: str  #: for the person
    place: str  #: the address to go to
    interval: int  #: seconds between questions
    lasts: int  #: seconds until it is too late


@dataclass(frozen=True, kw_only=True, slots=True)
class Browser:
    """What a person has to do in a browser."""

    address: str
    state: str
    verifier: str


def announce(settings: OAuthSettings) -> Device | None:
    """Begin the flow for devices; None where the provider gives none, or none with this scope."""
    ends = settings.endpoints
    if not ends.device_url or settings.flow == "code":
        return None
    status, answer = ask(settings, ends.device_url, {"client_id": settings.client_id, "scope": ends.scope})
    if status != _OK or "device_code" not in answer:
        if answer.get("error") in ("invalid_scope", "invalid_client", "unauthorized_client") and ends.auth_url:
            return None
        raise GrantRefused(failure(status, answer))
    return Device(
        code=str(answer["device_code"]),
        user_code=str(answer.get("user_code") or ""),
        place=str(answer.get("verification_uri") or answer.get("verification_url") or ""),
        interval=int(answer.get("interval") or _INTERVAL),
        lasts=int(answer.get("expires_in") or 0) or 900,
    )


def wait(settings: OAuthSettings, device: Device, sleep: Callable[[float], None]) -> Mapping[str, Any]:
    """Ask until the person has allowed it; the provider's answer with the tokens. Raises GrantRefused."""
    fields = {"grant_type": _DEVICE, "device_code": device.code, **_client(settings)}
    interval, waited = device.interval, 0
    while waited < device.lasts:
        sleep(interval)
        waited += max(1, interval)
        try:
            status, answer = ask(settings, settings.endpoints.token_url, fields)
        except TokenServerDown:
            interval += _SLOWER  # RFC 8628, 3.5: on a timeout, ask less often
            continue
        if status == _OK and "access_token" in answer:
            return answer
        if answer.get("error") == "slow_down":
            interval += _SLOWER
        elif answer.get("error") != "authorization_pending":
            raise GrantRefused(failure(status, answer))
    raise GrantRefused("nobody allowed it in time")


def browse(settings: OAuthSettings, username: str) -> Browser:
    """Begin the flow for browsers."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": settings.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": settings.endpoints.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",  # Google gives a refresh token only so
        "prompt": "consent",
        "login_hint": username,
    }
    return Browser(address=f"{settings.endpoints.auth_url}?{urlencode(asked)}", state=state, verifier=verifier)


def redeem(settings: OAuthSettings, browser: Browser, address: str) -> Mapping[str, Any]:
    """Trade the address that the browser ended at for tokens. Raises GrantRefused, TokenServerDown."""
    told = parse_qs(urlsplit(address.strip()).query)
    if told.get("state") != [browser.state] or "code" not in told:
        raise GrantRefused(told.get("error", ["that address holds no code for this question"])[0])
    fields = {
        "grant_type": "authorization_code",
        "code": told["code"][0],
        "redirect_uri": REDIRECT,
        "code_verifier": browser.verifier,
        **_client(settings),
    }
    status, answer = ask(settings, settings.endpoints.token_url, fields)
    if status != _OK or "access_token" not in answer:
        raise GrantRefused(failure(status, answer))
    return answer


def _client(settings: OAuthSettings) -> dict[str, str]:
    secret = settings.client_secret
    return {"client_id": settings.client_id} | ({"client_secret": secret.get_secret_value()} if secret else {})
