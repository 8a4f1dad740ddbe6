"""The server of the Model Context Protocol, over HTTP at /mcp and over standard input and output.

Leaves out: what its tools do (tools). The protocol's library takes a second to import, so that waits for the first who
speaks it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from app.web.admitting import person_of
from app.web.api.asking import Asking
from app.web.api.problems import problem_of
from app.web.api.tools import INSTRUCTIONS, TOOLS
from app.web.opening import OpeningDesk

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.types import CallToolResult

    from app.desk import Desk

SECONDS_BETWEEN_LOOKS = 0.1


def assistants_server(opening: OpeningDesk, asking: Asking) -> Server[Any]:
    """A server with our tools over a desk that may still be opening."""
    from mcp import types
    from mcp.server.lowlevel import Server

    hints = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
    listed = types.ListToolsResult(
        tools=[
            types.Tool(
                name=one.name, description=one.told, input_schema=one.takes.model_json_schema(), annotations=hints
            )
            for one in TOOLS
        ]
    )

    async def list_tools(*_: object) -> types.ListToolsResult:
        return listed

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        # Over standard input and output there is no request: whoever started this process is asked nothing.
        desk = opening if context.request is None else opening.of(person_of(context.request.scope))
        return await _called(desk, asking, params.name, params.arguments or {})

    return Server("onrecord", instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


async def _called(opening: OpeningDesk, asking: Asking, name: str, arguments: dict[str, Any]) -> CallToolResult:
    """What the tool gives; a failure is a result, too, which a model can read."""
    from mcp.types import CallToolResult, TextContent

    try:
        tool = next((one for one in TOOLS if one.name == name), None)
        if tool is None:
            names = ", ".join(one.name for one in TOOLS)
            return CallToolResult(
                content=[TextContent(text=f"there is no tool {name[:40]!r}: there are {names}")], is_error=True
            )
        given = tool.takes.model_validate(arguments)
        text, data = await tool.run(asking, await _opened(opening), given)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return CallToolResult(content=[TextContent(text=told)], is_error=True)
    except Exception as error:  # noqa: BLE001 - a border: problem_of logs what nobody foresaw, and tells no more of it
        return CallToolResult(content=[TextContent(text=problem_of(error)["detail"])], is_error=True)
    return CallToolResult(content=[TextContent(text=text)], structured_content=data)


async def _opened(opening: OpeningDesk) -> Desk:
    """The desk; a model that asks too early would rather wait than be sent away."""
    # Looked at again and again, not waited for in a thread: that would hold up the server's end.
    while not opening.settled:  # noqa: ASYNC110
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    return opening.wait()


class AssistantsEndpoint:
    """ASGI endpoint of the protocol's HTTP form, without sessions: any process can answer any request."""

    def __init__(self, opening: OpeningDesk, asking: Asking) -> None:
        self._opening = opening
        self._asking = asking
        self._wanted = asyncio.Event()
        self._manager: asyncio.Future[StreamableHTTPSessionManager] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        assert self._manager is not None, "the application was not started"
        self._wanted.set()
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """While the application lives."""
        self._manager = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(self._run(self._manager))
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _run(self, ready: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        await self._wanted.wait()
        try:
            manager = await asyncio.to_thread(self._made)
            async with manager.run():
                ready.set_result(manager)
                await asyncio.Event().wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        server = assistants_server(self._opening, self._asking)
        # Not json_response: in that form the library does not notice that the asker left, and the writer would go on.
        return StreamableHTTPSessionManager(app=server, stateless=True)


async def serve_streams(opening: OpeningDesk, asking: Asking) -> None:
    """Speaks the protocol over standard input and output until the input ends."""
    server = await asyncio.to_thread(assistants_server, opening, asking)
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())
