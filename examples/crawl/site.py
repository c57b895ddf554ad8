"""A site to crawl, on a port of its own. Prints the port, then, once standard input ends, how often each page was asked for and how many
requests there were at once at most.

/together/N answers when three requests are there at once: that is to see that there are. /hang answers never.
"""

import http.server
import sys
import threading

PAGES = {
    "/": '<a href="a">A</a> <a href="/b#part">B</a> <a href=/a>again</a> <a href="http://elsewhere.invalid/">out</a>',
    "/a": '<a href="/">back</a> <a href="deep/c?x=1&amp;y=2">C</a> <a href="missing">gone</a>',
    "/b": "no links",
    "/deep/c?x=1&y=2": '<a href="../moved">moved</a>',
    "/many": "".join('<a href="together/%d">x</a>' % i for i in range(9)),
}

lock = threading.Lock()
together = threading.Barrier(3)
ended = threading.Event()
asked = {}
now = most = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global now, most
        with lock:
            asked[self.path] = asked.get(self.path, 0) + 1
            now += 1
            most = max(most, now)
        if self.path.startswith("/together/"):
            together.wait()
        if self.path == "/hang":
            ended.wait()
        with lock:
            now -= 1
        self.answer()

    def answer(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/b")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = PAGES.get(self.path, "together").encode()
        known = self.path in PAGES or self.path.startswith("/together/")
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html")
        if self.path == "/a":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(0, len(body), 7):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
ended.set()
for path in sorted(asked):
    print(asked[path], path)
print("at most", most, "at once")
