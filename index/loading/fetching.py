"""A web address to the bytes that it answers. Leaves out: what the bytes say, feeds, scripts, cookies on disk."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from index.errors import AddressError, TooLargeError
from index.loading.guarding import resolve
from index.loading.inputs import one_line
from index.loading.limits import Limits, megabytes

if TYPE_CHECKING:
    import httpx

_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; OnRecord)",
    "Accept": (
        "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/pdf,text/plain,"
        "application/json,*/*;q=0.5"
    ),
    "Accept-Encoding": "gzip, deflate",
}
_PACKINGS = {"identity", "gzip", "deflate", ""}
_REDIRECTS = {301, 302, 303, 307, 308}
_REMEDY = "check the address, or save the page and add the file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an address answered. `url` is where the redirects ended, without its fragment."""

    data: bytes
    url: str
    media_type: str
    charset: str | None


def fetch(address: str, *, limits: Limits, allow_private: bool) -> Fetched:
    """The answer of an http(s) address, its redirects followed.

    Raises AddressError for any other scheme, a host that is refused, an error, a redirect loop or a time-out, and
    TooLargeError past `limits.page_bytes`. Unless `allow_private`, the host of every hop is resolved once,
    judged, and connected to by number, so that a name cannot lead elsewhere between check and connection;
    proxies, which would resolve the name again, are then not used.
    """
    import httpx

    shown = one_line(address)
    deadline = time.monotonic() + limits.total_timeout_seconds
    timeout = httpx.Timeout(limits.connect_timeout_seconds)
    current, seen = _checked(address, shown), set[str]()
    try:
        # The system's or a company's certificates (SSL_CERT_FILE) hold either way; proxies only where allowed.
        trusted = httpx.create_ssl_context()
        with httpx.Client(timeout=timeout, headers=_HEADERS, verify=trusted, trust_env=allow_private) as client:
            while True:
                seen.add(str(current))
                answer = _ask(client, current, shown, limits=limits, allow_private=allow_private, deadline=deadline)
                if isinstance(answer, Fetched):
                    return answer
                current = _checked(urljoin(str(current), answer), shown)
                if str(current) in seen or len(seen) > limits.redirects:
                    raise AddressError(f"{shown} redirects for ever (to {one_line(str(current))}): {_REMEDY}")
    except httpx.TimeoutException:
        raise _too_slow(shown, limits.connect_timeout_seconds) from None
    except httpx.HTTPError as error:
        reason = one_line(str(error)) if str(error) else type(error).__name__
        raise AddressError(f"{shown} cannot be reached ({reason}): {_REMEDY}") from None


def _checked(address: str, shown: str) -> httpx.URL:
    import httpx

    try:
        url = httpx.URL(address.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        raise AddressError(f"{shown} is not a web address: write it as https://host/path") from None
    if url.scheme not in {"http", "https"}:
        scheme = url.scheme or "none"
        raise AddressError(f"{shown} is not read (scheme '{scheme}'): only http:// and https:// addresses are")
    if not url.host or not 0 < (url.port or 80) < 65536:
        raise AddressError(f"{shown} names no host that can be reached: write it as https://host/path")
    if url.userinfo:
        raise AddressError("an address with a user name or password in it is not read: save the page and add the file")
    return url


def _ask(
    client: httpx.Client, url: httpx.URL, shown: str, *, limits: Limits, allow_private: bool, deadline: float
) -> Fetched | str:
    """One request: what it answered, or where it redirects to."""
    import httpx

    request = client.build_request("GET", url)
    numbers: list[str | None] = [None]
    if not allow_private:
        port = url.port or (443 if url.scheme == "https" else 80)
        numbers = list(resolve(url.raw_host.decode("ascii"), port, allow_private=False, shown=shown))
        # One connection a hop: a kept one belongs to a number, and could answer for another name.
        request.headers["Connection"] = "close"
    for number, last in zip(numbers, [False] * (len(numbers) - 1) + [True], strict=True):
        if number is not None:
            request.url = url.copy_with(host=number)
            request.extensions = {**request.extensions, "sni_hostname": url.raw_host.decode("ascii")}
        try:
            response = client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if last:
                raise
            continue
        try:
            return _read(response, url, shown, limits=limits, deadline=deadline)
        finally:
            response.close()
    raise AssertionError("a host has at least one number")


def _read(response: httpx.Response, url: httpx.URL, shown: str, *, limits: Limits, deadline: float) -> Fetched | str:
    if response.status_code in _REDIRECTS and (target := response.headers.get("location")):
        return str(target)
    if response.status_code != 200:
        phrase = f"{response.status_code} {response.reason_phrase}".strip()
        raise AddressError(f"{shown} answers with an error ({one_line(phrase)}): {_REMEDY}")
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in _PACKINGS:
        # Packed twice, or more tightly, a piece of the answer may unfold to more than memory holds before it is seen.
        raise AddressError(f"{shown} answers packed as {one_line(packed)[:40]!r}, which is not asked for: {_REMEDY}")
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > limits.page_bytes:
            most = megabytes(limits.page_bytes)
            raise TooLargeError(f"{shown} answers with more than {most}: download it and add the file")
        if time.monotonic() > deadline:
            raise _too_slow(shown, limits.total_timeout_seconds)
    content = Message()
    content["Content-Type"] = re.sub(r"[^\x20-\x7e]", "", response.headers.get("content-type", ""))
    media_type = content.get_content_type() if response.headers.get("content-type") else ""
    return Fetched(data=bytes(data), url=str(url), media_type=media_type, charset=content.get_content_charset())


def _too_slow(shown: str, seconds: float) -> AddressError:
    return AddressError(
        f"{shown} did not answer within {seconds:g} s: try again later, or save the page and add the file"
    )
