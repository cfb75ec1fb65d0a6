"""A model that always answers the same, after MODEL_SECONDS: as cheap as can be, for thousands of calls at once."""

from __future__ import annotations

import asyncio
import json
import os
import re

SECONDS = float(os.environ.get("MODEL_SECONDS", "0"))
MESSAGE = {"role": "assistant", "content": "Хорошо, понятно. Расскажите, пожалуйста, чуть больше?"}
ANSWER = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1769592600, "model": "scripted",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 900, "completion_tokens": 20, "total_tokens": 920},
}  # fmt: skip
BODY = json.dumps(ANSWER, ensure_ascii=False).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read requests of one connection, answer each."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            await reader.readexactly(int(found[1]) if found else 0)
            if SECONDS:
                await asyncio.sleep(SECONDS)
            writer.write(HEAD + BODY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Listen on MODEL_PORT of this machine."""
    server = await asyncio.start_server(serve, "127.0.0.1", int(os.environ["MODEL_PORT"]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
