"""Model files from their publisher's hub. Leaves out: its address, which huggingface_hub knows."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import httpx
from huggingface_hub import hf_hub_url

from index.modelfiles.models import SourceError
from index.modelfiles.partial import Partial

log = logging.getLogger(__name__)

NAME = "the publisher's hub"
TRIES = 3
BACKOFF_SECONDS = 0.5
# Short: where the hub is not reachable, the package index must get its turn within seconds.
TIMEOUT = httpx.Timeout(10.0, connect=4.0)
PASSING_TROUBLES = frozenset({408, 425, 429, 500, 502, 503, 504})


class _PassingError(Exception):
    """Worth another try."""


def fetch(repo: str, partials: Sequence[Partial]) -> None:
    """Complete the partial files, going on where they end. Raises SourceError."""
    try:
        client = httpx.Client(timeout=TIMEOUT, follow_redirects=True)
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # a proxy setting that httpx cannot use
        raise SourceError(f"not reachable ({error})") from error
    with client:
        for partial in partials:
            _fetch_file(client, hf_hub_url(repo, partial.file.name), partial)


def _fetch_file(client: httpx.Client, url: str, partial: Partial) -> None:
    failures = 0
    while partial.length < partial.file.size:
        before = partial.length
        try:
            _stream(client, url, partial)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise SourceError(f"not reachable ({str(error) or type(error).__name__})") from error
        except (httpx.HTTPError, _PassingError) as error:
            # A connection that brings something is used as long as it does; one that brings nothing is not.
            failures = 1 if partial.length > before else failures + 1
            if failures >= TRIES:
                raise SourceError(
                    f"{partial.file.name}: {str(error) or type(error).__name__} ({TRIES} tries)"
                ) from error
            log.info("the hub failed (%s), trying again from byte %d", error, partial.length)
            time.sleep(BACKOFF_SECONDS * 2**failures)


def _stream(client: httpx.Client, url: str, partial: Partial) -> None:
    start = partial.length
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code in PASSING_TROUBLES:
            raise _PassingError(f"status {response.status_code}")
        if response.status_code not in (200, 206):
            raise SourceError(f"{partial.file.name}: status {response.status_code}")
        if response.status_code == 200:  # the server knows no ranges
            start = 0
        expected = partial.file.size - start
        length = response.headers.get("Content-Length")
        if length and "Content-Encoding" not in response.headers and int(length) != expected:
            raise SourceError(f"{partial.file.name}: {int(length):,} bytes are offered where {expected:,} are needed")
        partial.write(response.iter_bytes(), start=start)  # a chunk size would lose what came before a break
    if partial.length < partial.file.size:
        raise _PassingError("the connection ended early")
