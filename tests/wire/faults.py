"""What can happen to a request on the wire. Each fault is a function that is given the exchange."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from tests.wire.exchange import Exchange
from tests.wire.http_message import Head

Fault = Callable[[Exchange], None]


def reset_before(exchange: Exchange) -> None:
    """The connection is reset before the server hears of the request."""
    exchange.reset()


def reset_midway(exchange: Exchange) -> None:
    """The connection is reset when the server has half of the body."""
    exchange.send_on(0.5)
    exchange.reset()


def reset_after(exchange: Exchange) -> None:
    """The server has done its work, and the connection is reset before its answer gets through."""
    exchange.send_on()
    exchange.answer_of_server()
    exchange.reset()


def close_after(exchange: Exchange) -> None:
    """The server has done its work, and the connection is closed in order before its answer gets through."""
    exchange.send_on()
    exchange.answer_of_server()
    exchange.close()


def stall_midway(exchange: Exchange) -> None:
    """Half of the body is passed on, and then nothing moves any more."""
    exchange.send_on(0.5)
    exchange.stall()


def stall_after(exchange: Exchange) -> None:
    """The server has done its work, and its answer never comes."""
    exchange.send_on()
    exchange.answer_of_server()
    exchange.stall()


def cut_in_status_line(exchange: Exchange) -> None:
    """The answer breaks off after ``HTTP/1.1 2``."""
    exchange.send_on()
    head, body = exchange.answer_of_server()
    exchange.answer_with(head, body, share=len("HTTP/1.1 2") / (len(head.content) + len(body)))


def cut_in_headers(exchange: Exchange) -> None:
    """The answer breaks off in the middle of its headers."""
    exchange.send_on()
    head, body = exchange.answer_of_server()
    exchange.answer_with(head, body, share=0.5 * len(head.content) / (len(head.content) + len(body)))


def cut_in_body(exchange: Exchange) -> None:
    """The answer breaks off in the middle of its body, one that S3 would not send with a success."""
    exchange.send_on()
    head, body = exchange.answer_of_server()
    body = body or b"<xml/>"
    longer = Head(_with_length(head.content, len(body)), b"")
    exchange.answer_with(longer, body, share=1 - 0.5 * len(body) / (len(longer.content) + len(body)))


def slowly(bytes_per_s: float) -> Fault:
    """Return the fault of a reader that takes its time; everything arrives in the end."""

    def slow_reader(exchange: Exchange) -> None:
        exchange.send_on(bytes_per_s=bytes_per_s)
        exchange.answer_with(*exchange.answer_of_server())

    return slow_reader


def answers(status: int, code: str = "", message: str = "", **headers: str) -> Fault:
    """Return the fault of an answer in S3's form, given after the whole body, that the server never hears of."""
    answer = answer_of_s3(status, code, message, **headers)

    def answered(exchange: Exchange) -> None:
        exchange.drain()
        exchange.answer_with(*answer)

    answered.__name__ = f"answers_{status}_{code}".rstrip("_")
    return answered


def answers_early(status: int, code: str = "", message: str = "") -> Fault:
    """Return the fault of an answer that is given at the head, while the client is still sending.

    The connection is then closed with bytes unread, which resets it.
    """
    answer = answer_of_s3(status, code, message, connection="close")

    def answered_early(exchange: Exchange) -> None:
        exchange.answer_with(*answer)

    answered_early.__name__ = f"answers_early_{status}_{code}".rstrip("_")
    return answered_early


def answers_early_and_reads_on(status: int, code: str = "", message: str = "") -> Fault:
    """Return the fault of an answer at the head from a server that still reads what the client sends."""
    answer = answer_of_s3(status, code, message)

    def answered_and_read_on(exchange: Exchange) -> None:
        exchange.answer_with(*answer)
        exchange.wait_for_the_end_of_the_client()

    return answered_and_read_on


def answers_early_and_stalls(status: int, code: str = "", message: str = "") -> Fault:
    """Return the fault of an answer at the head from a server that reads no more and closes nothing."""
    answer = answer_of_s3(status, code, message)

    def answered_and_stalled(exchange: Exchange) -> None:
        exchange.answer_with(*answer)
        exchange.stall()

    return answered_and_stalled


def claims_success_midway(exchange: Exchange) -> None:
    """Something on the way says 200 when half of the body has come, and closes; the server hears of nothing."""
    while 2 * exchange.read_bytes < exchange.head.body_bytes:
        exchange.read_body()
    exchange.answer_with(*answer_of_s3(200, connection="close"))


def answers_with_a_page(exchange: Exchange) -> None:
    """Something on the way, such as a filter of a company, answers 200 with a page of its own."""
    exchange.drain()
    page = b"<html><body>This page was blocked.</body></html>"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
    exchange.answer_with(Head(head.encode(), b""), page)


def refuses(status: int, exception: str) -> Fault:
    """Return the fault of an error of the service, which it gives without doing anything."""
    answer = answer_of_service(status, exception)

    def refused(exchange: Exchange) -> None:
        exchange.drain()
        exchange.answer_with(*answer)

    refused.__name__ = f"refuses_with_{exception}"
    return refused


def works_and_fails(exchange: Exchange) -> None:
    """The service does its work, and says that it had an internal error."""
    exchange.send_on()
    exchange.answer_of_server()
    exchange.answer_with(*answer_of_service(500, "InternalServerException"))


def passes(exchange: Exchange) -> None:
    """Nothing happens: for a request that is to be spared, before others that are not."""
    exchange.pass_on()


def answer_of_service(status: int, exception: str) -> tuple[Head, bytes]:
    """Return head and body of an error of Customer Profiles."""
    body = b'{"Message": "Ordered by a test."}'
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        f"x-amzn-ErrorType: {exception}",
    ]
    return Head("\r\n".join([*lines, "", ""]).encode(), b""), body


def answer_of_s3(status: int, code: str = "", message: str = "", **headers: str) -> tuple[Head, bytes]:
    """Return head and body of an answer in S3's form; with no code it has no body."""
    body = b""
    if code:
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
            "<RequestId>1</RequestId><HostId>2</HostId></Error>"
        ).encode()
    said = {"Content-Type": "application/xml", "Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in said.items())]
    return Head("\r\n".join([*lines, "", ""]).encode(), b""), body


def _with_length(head: bytes, body_bytes: int) -> bytes:
    lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, f"Content-Length: {body_bytes}".encode(), b"", b""])
