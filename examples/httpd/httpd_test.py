"""Runs httpd as a program, with ports that the kernel chooses, and asks it by others' clients. Argument: the program.

No part waits for less than minutes to call something failed: it waits for states, and the test's own timeout is the limit.
"""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

HTTPD = sys.argv[1]
WAIT_SECONDS = 240
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Server:
    """A running httpd; killed at the end of a `with` if it has not ended by itself."""

    def __init__(self, *flags):
        self.process = subprocess.Popen([HTTPD, "--listen=127.0.0.1:0", "--debug", *flags], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = re.fullmatch(r"httpd: listening on (127\.0\.0\.1:\d+)\n", line).group(1)
        self.url = "http://" + self.address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self):
        host, port = self.address.split(":")
        return socket.create_connection((host, int(port)), timeout=WAIT_SECONDS)

    def ask(self, request):
        """Sends `request` and returns all that comes until the server closes."""
        with self.connect() as client:
            client.sendall(request)
            return read_all(client)

    def goroutines(self):
        answer = self.ask(b"GET /debug/goroutines HTTP/1.0\r\n\r\n").decode()
        return int(re.search(r"goroutine profile: total (\d+)", answer).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def read_all(client):
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(65536):
            answer += piece
    return answer


def run(*command, stdin=b""):
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def wrk_sees_no_errors():
    with Server() as server:
        for seconds in (1, 2, 4, 8, 16, 32):  # more only where nothing was answered in time
            out = run("wrk", "-c64", "-t1", f"-d{seconds}s", "--timeout", f"{WAIT_SECONDS}s", server.url + "/hello").decode()
            check("Socket errors" not in out and "Non-2xx" not in out, out)
            if int(re.search(r"(\d+) requests in", out).group(1)) > 0:
                return
        sys.exit(f"FAILED: {out}")


def ab_keeps_its_connections():
    with Server() as server:
        out = run("ab", "-q", "-k", "-s", str(WAIT_SECONDS), "-n", "2000", "-c", "32", server.url + "/hello").decode()
        for line in (r"Complete requests:\s+2000\n", r"Failed requests:\s+0\n", r"Keep-Alive requests:\s+2000\n"):
            check(re.search(line, out) and "Non-2xx" not in out, out)


def curl_reads_files_and_sends_chunks():
    with tempfile.TemporaryDirectory() as folder:
        content = os.urandom(300_000)
        with open(folder + "/a.bin", "wb") as file:
            file.write(content)
        with Server("--root", folder, "--max_body_bytes=400000") as server:
            status = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
            chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@-"]
            check(run("curl", "-s", server.url + "/a.bin") == content, "the file is another")
            check(run("curl", "-s", "-r", "1000-1999", server.url + "/a.bin") == content[1000:2000], "the part is another")
            check(run("curl", "-s", *chunked, server.url + "/echo", stdin=content) == content, "the echo is another")
            for want, arguments in [
                ("413", [*chunked, server.url + "/echo"]),
                ("400", ["--path-as-is", server.url + "/../../etc/passwd"]),
                ("400", ["--path-as-is", server.url + "/%2e%2e/%2e%2e/etc/passwd"]),
                ("431", ["-H", "A: " + "a" * 9000, server.url + "/hello"]),
                ("414", [server.url + "/" + "a" * 9000]),
                ("404", [server.url + "/none"]),
                ("405", ["-X", "DELETE", server.url + "/a.bin"]),
            ]:
                got = run(*status, *arguments, stdin=content * 2).decode()
                check(got == want, f"{arguments[-1][:80]}: {got} instead of {want}")


def slow_clients_are_cut_off():
    with Server("--idle_timeout=300ms") as server, server.connect() as silent:
        check(read_all(silent) == b"", "the silent client was told something")
    with Server("--read_header_timeout=300ms") as server:
        with server.connect() as dripping:
            # Until the server ends its half, which is when there is something to read.
            dripping.settimeout(0.05)
            answer = b""
            while not answer:
                with contextlib.suppress(ConnectionError):
                    dripping.sendall(b"G")
                with contextlib.suppress(TimeoutError, socket.timeout):
                    answer = dripping.recv(65536)
            check(answer.startswith(b"HTTP/1.1 408 "), f"dripping: {answer}")


def idle_connections_cost_little_and_leave_nothing():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10_000, hard - 200)
    with Server("--max_connections=20000", "--idle_timeout=1h") as server:
        base = (server.goroutines(), server.descriptors())
        memory = server.rss_kib()
        clients = [server.connect() for _ in range(count)]
        for client in clients:
            client.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        for client in clients:
            check(client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"), "no answer")
        each = (server.rss_kib() - memory) * 1024 // count
        check(server.goroutines() >= base[0] + count, "fewer goroutines than connections")
        print(f"{count} idle connections: {each} bytes each, {server.goroutines()} goroutines")
        for client in clients:
            client.close()
        while server.goroutines() > base[0] or server.descriptors() > base[1]:
            time.sleep(0.05)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def begun_requests(server, count):
    """Connections whose request the server has begun with."""
    clients = [server.connect() for _ in range(count)]
    for client in clients:
        client.sendall(POST)
    for client in clients:
        check(client.recv(len(CONTINUE), socket.MSG_WAITALL) == CONTINUE, "no 100 Continue")
    return clients


def sigterm_finishes_what_is_under_way():
    with Server("--shutdown_timeout=1h") as server, server.connect() as idle:
        idle.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        clients = begun_requests(server, 50)
        server.process.send_signal(signal.SIGTERM)
        read_all(idle)  # ends: the server is draining
        for client in clients:
            client.sendall(b"abcd")
        for client in clients:
            answer = read_all(client)
            check(b"\r\nConnection: close\r\n" in answer and answer.endswith(b"\r\n\r\nabcd"), f"in flight: {answer}")
            client.close()
        idle.close()
        check(server.process.wait() == 0, "the exit code is not 0")


def a_second_signal_ends_it_at_once():
    with Server("--shutdown_timeout=1h") as server, server.connect() as idle:
        idle.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        clients = begun_requests(server, 1)
        server.process.send_signal(signal.SIGINT)
        read_all(idle)
        server.process.send_signal(signal.SIGINT)
        check(server.process.wait() == 0, "the exit code is not 0")
        clients[0].close()


def mistakes_are_named():
    with Server() as server:
        for flags, code, words in [
            (["--listen=" + server.address], 1, "bind: address already in use (--listen chooses another address)"),
            (["--listen=nonsense"], 2, 'httpd: --listen cannot be "nonsense": it is a host and a port, as in 127.0.0.1:8080.'),
            (["--root=/does/not/exist"], 2, 'httpd: --root cannot be "/does/not/exist": '),
            (["--idle_timeout=0s"], 2, "httpd: --idle_timeout must be longer than 0s."),
            (["--max_connections=0"], 2, "httpd: --max_connections must be 1 or more."),
            (["--help"], 0, "\n  --listen="),
        ]:
            done = subprocess.run([HTTPD, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            check(done.returncode == code and words in done.stdout, f"{flags}: exit code {done.returncode}, {done.stdout}")


for part in [
    mistakes_are_named,
    wrk_sees_no_errors,
    ab_keeps_its_connections,
    curl_reads_files_and_sends_chunks,
    slow_clients_are_cut_off,
    idle_connections_cost_little_and_leave_nothing,
    sigterm_finishes_what_is_under_way,
    a_second_signal_ends_it_at_once,
]:
    begin = time.monotonic()
    part()
    print(f"ok: {part.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
