"""A line to Redis that can die the silent way: nothing passes any more, and nobody is told."""

import asyncio
import contextlib
import threading

SIZE = 65536


class Proxy:
    """Forwards connections to wherever `port_behind()` says that Redis is now."""

    def __init__(self, port_behind):
        self.port_behind = port_behind
        self.port, self.loop, self.closing, self.server = 0, None, None, None
        self.open, self.dead = set(), set()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=(self.serve(),), daemon=True)

    def start(self):
        self.thread.start()
        self.ready.wait()

    def stop(self):
        self.loop.call_soon_threadsafe(self.closing.set)
        self.thread.join()

    def silence(self):
        """Let nothing pass on the connections that are open now; new ones are like any other."""
        self.ask(self.dead.update, self.open)

    def refuse(self):
        """Refuse connections, as the port of a server that is away does."""
        self.ask(self.server.close)

    def accept(self):
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()

    def ask(self, work, *arguments):
        """Have the loop do something, and wait until it has."""
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (work(*arguments), done.set()))
        done.wait()

    async def listen(self):
        self.server = await asyncio.start_server(self.connected, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self):
        self.loop, self.closing = asyncio.get_running_loop(), asyncio.Event()
        await self.listen()
        self.ready.set()
        await self.closing.wait()
        self.server.close()
        for line in self.open:
            line.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)
        # What is aborted is closed in the next turn of the loop.
        await asyncio.sleep(0)

    async def connected(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port_behind())
        except OSError:
            writer.transport.abort()
            return
        line = asyncio.current_task()
        self.open.add(line)
        ways = [(reader, far_writer), (far_reader, writer)]
        pumps = [asyncio.create_task(self.pump(*ends, line)) for ends in ways]
        try:
            await asyncio.wait(pumps, return_when="FIRST_COMPLETED")
        finally:
            for pump in pumps:
                pump.cancel()
            self.open.discard(line)
            self.dead.discard(line)
            for end in (writer, far_writer):
                end.transport.abort()

    async def pump(self, reader, writer, line):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(SIZE):
                if line not in self.dead:
                    writer.write(data)
                    await writer.drain()
