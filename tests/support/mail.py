"""A real SMTP server on this machine that keeps what it receives."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


class Inbox:
    """Messages in the order in which they came; the first ``refusals`` are refused."""

    def __init__(self, refusals: int = 0) -> None:
        self.messages: list[Message] = []
        self.refusals = refusals

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """What aiosmtpd calls for each message."""
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"

    def subjects(self) -> list[str]:
        """Subjects, decoded."""
        from email.header import decode_header, make_header

        return [str(make_header(decode_header(str(message["Subject"])))) for message in self.messages]

    def bodies(self) -> list[str]:
        """HTML bodies, decoded."""
        found = []
        for message in self.messages:
            part = next(part for part in message.walk() if part.get_content_type() == "text/html")
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append(payload.decode())
        return found


@contextmanager
def smtp_server(refusals: int = 0) -> Iterator[tuple[Inbox, str]]:
    """The inbox and the Airflow connection (JSON) that leads to it."""
    inbox = Inbox(refusals)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    extra = {"from_email": "platform@nnsc.example", "disable_ssl": True, "disable_tls": True}
    try:
        yield inbox, json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra})
    finally:
        controller.stop()
