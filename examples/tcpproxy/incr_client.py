"""A client of redis that counts what it was told: INCR from several threads, which connect again whenever they are cut off.

Usage: incr_client.py HOST:PORT KEY TOTAL. Prints "acknowledged=N cut_off=M"; each time it is cut off, one INCR may or may not have
happened.
"""

import socket
import sys
import threading

THREADS = 8


class Counter:
    def __init__(self, address, key, total):
        host, port = address.rsplit(":", 1)
        self.address = (host, int(port))
        self.request = b"INCR %s\r\n" % key.encode()
        self.left = total
        self.acknowledged = 0
        self.cut_off = 0
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def count(self, acknowledged):
        with self.lock:
            self.acknowledged += acknowledged
            self.cut_off += not acknowledged
            self.left += not acknowledged

    def run(self):
        conn = None
        while self.take():
            try:
                if conn is None:
                    conn = socket.create_connection(self.address)
                    replies = conn.makefile("rb")
                conn.sendall(self.request)
                reply = replies.readline()
                if not (reply.startswith(b":") and reply.endswith(b"\r\n")):
                    raise ConnectionError("reply %r" % reply)
                self.count(True)
            except ConnectionError:
                self.count(False)
                conn = None


def main():
    counter = Counter(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    threads = [threading.Thread(target=counter.run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("acknowledged=%d cut_off=%d" % (counter.acknowledged, counter.cut_off))


main()
