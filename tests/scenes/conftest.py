"""Real servers around a desk: a Postfix between it and the world, and a Dovecot that holds everybody's mailbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenes.post import Post
from tests.servers import common, postfix
from tests.servers.dovecot import Dovecot


@pytest.fixture
def post(imap_server: Dovecot) -> Iterator[Post]:
    """A Postfix that brings mail to a desk at a free port, and the desk's letters to Dovecot."""
    port = common.free_port()
    routes = {"desk.test": f"smtp:[127.0.0.1]:{port}", "mail.test": f"lmtp:inet:127.0.0.1:{imap_server.lmtp_port}"}
    with postfix.running(routes) as server:
        yield Post(server=server, imap=imap_server, port=port)
