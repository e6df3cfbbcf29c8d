#!/usr/bin/env python3
"""Speaks HTTP as no browser would: raw bytes to a web gate, for test/70-http.sh.

    probe.py raw PORT              every hostile head, each with the status that is wanted
    probe.py cut PORT              good requests cut into pieces, several on one connection
    probe.py slow PORT N           N connections that send a byte now and then; all are ended in time
    probe.py flood PORT N SECONDS  N connections at once that say nothing, held for a while
    probe.py deaf PORT N           N clients that ask and never read; all are ended in time
    probe.py full PORT             1,000 whose bodies are on their way, and one more
    probe.py streams PORT TOKEN    one stream more than there is room for
    probe.py storm PORT SECONDS SEED TOKEN
                                   good and spoilt requests in random pieces on many connections that are
                                   reset, half closed or left at any moment
    probe.py stream PORT TOKEN S   what comes on the stream in S seconds

Prints one line a probe: "ok - …" or "not ok - …".  PROBE_HOST is the address to connect to, 127.0.0.1 when not
set; with PROBE_TLS=1 it speaks TLS, and believes any certificate.
"""
import os
import random
import re
import socket
import ssl
import struct
import sys
import time

HOST = os.environ.get("PROBE_HOST", "127.0.0.1")
TLS = None
if os.environ.get("PROBE_TLS") == "1":
    TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    TLS.check_hostname = False
    TLS.verify_mode = ssl.CERT_NONE


def connect(port, timeout=15):
    s = socket.create_connection((HOST, port), timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return TLS.wrap_socket(s) if TLS else s


def read_all(s, seconds):
    """Everything until the other end closes or the time is over: bytes, and whether it closed."""
    got = b""
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return got, False
        s.settimeout(left)
        try:
            part = s.recv(65536)
        except socket.timeout:
            return got, False
        except (ConnectionError, ssl.SSLError):
            return got, True
        if not part:
            return got, True
        got += part


def read_answer(s, seconds=10):
    """One answer with Content-Length: status, head, body; status 0 when none came."""
    got = b""
    s.settimeout(seconds)
    try:
        while b"\r\n\r\n" not in got:
            part = s.recv(65536)
            if not part:
                return 0, got, b""
            got += part
        head, body = got.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            part = s.recv(65536)
            if not part:
                break
            body += part
    except (socket.timeout, ConnectionError):
        return 0, got, b""
    return int(head.split(b" ")[1]), head, body


def say(is_good, text):
    print(("ok - " if is_good else "not ok - ") + text, flush=True)


H = b"Host: localhost\r\n"
GET = b"GET /api/v1/health HTTP/1.1\r\n" + H
POST = b"POST /api/v1/session HTTP/1.1\r\n" + H + b"Content-Type: application/json\r\n"
LONG = b"x" * 65536

# name, bytes, status wanted, whether the connection must be closed behind it
PROBES = [
    ("length and chunks", POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, True),
    ("two lengths", POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400, True),
    ("the same length twice", POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400, True),
    ("a negative length", POST + b"Content-Length: -1\r\n\r\n", 400, True),
    ("no Host", b"GET /api/v1/health HTTP/1.1\r\n\r\n", 400, True),
    ("two Hosts", GET + H + b"\r\n", 400, True),
    ("a header line of 64 KB", GET + b"X: " + LONG + b"\r\n\r\n", 431, True),
    ("64 KB in many headers", GET + b"X: yyyy\r\n" * 8000 + b"\r\n", 431, True),
    ("65 headers", GET + b"X: y\r\n" * 64 + b"\r\n", 431, True),
    ("an address of 64 KB", b"GET /" + LONG + b" HTTP/1.1\r\n" + H + b"\r\n", 414, True),
    ("a folded line", GET + b"X: a\r\n b\r\n\r\n", 400, True),
    ("bare LF lines", b"GET /api/v1/health HTTP/1.1\nHost: localhost\n\n", 400, True),
    ("a blank before the colon", b"GET /api/v1/health HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, True),
    ("NUL in a header", GET + b"X: a\0b\r\n\r\n", 400, True),
    ("encoded dots and slashes", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + H + b"\r\n", 404, False),
    ("an encoded slash", b"GET /api%2fv1%2fhealth HTTP/1.1\r\n" + H + b"\r\n", 404, False),
    ("dots", b"GET /../../etc/passwd HTTP/1.1\r\n" + H + b"\r\n", 404, False),
    ("chunks alone", POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, True),
    ("no length", POST + b"\r\n", 411, True),
    ("a body too large", POST + b"Content-Length: 262145\r\n\r\n", 413, True),
    ("a body to a GET", GET + b"Content-Length: 5\r\n\r\nGET /", 400, True),
    ("an unknown method", b"FROB / HTTP/1.1\r\n" + H + b"\r\n", 501, True),
    ("a method not used", b"OPTIONS / HTTP/1.1\r\n" + H + b"\r\n", 405, True),
    ("a method not used for this address", b"PUT /api/v1/health HTTP/1.1\r\n" + H + b"Content-Length: 0\r\n\r\n", 405, False),
    ("HTTP/2 as text", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501, True),
    ("HTTP/3.0", b"GET / HTTP/3.0\r\n" + H + b"\r\n", 505, True),
    ("HTTP/0.9", b"GET /\r\n\r\n", 400, True),
    ("TLS to a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, True),
    ("HTTP/1.0 with Host", b"GET /api/v1/health HTTP/1.0\r\n" + H + b"\r\n", 200, True),
    ("HTTP/1.0 without Host", b"GET /api/v1/health HTTP/1.0\r\n\r\n", 400, True),
    ("another Host", b"GET /api/v1/health HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, False),
    ("another Host in the address", b"GET http://evil.example/api/v1/health HTTP/1.1\r\n" + H + b"\r\n", 421, True),
    ("our Host in the address", b"GET http://localhost/api/v1/health HTTP/1.1\r\n" + H + b"\r\n", 200, True),
    ("an expectation that is none", POST + b"Content-Length: 2\r\nExpect: tea\r\n\r\n", 417, True),
    ("a broken escape in the query", b"GET /api/v1/health?a=%zz HTTP/1.1\r\n" + H + b"\r\n", 400, True),
    ("a parameter twice", b"GET /api/v1/health?a=1&a=2 HTTP/1.1\r\n" + H + b"\r\n", 400, False),
    ("two cookies", GET + b"Cookie: a=1\r\nCookie: b=2\r\n\r\n", 400, True),
]

ALWAYS = [b"cache-control: no-store", b"content-security-policy:", b"x-content-type-options: nosniff", b"referrer-policy:"]


def raw(port):
    for name, request, want, closes in PROBES:
        s = connect(port)
        try:
            s.sendall(request)
        except (ConnectionError, ssl.SSLError):
            pass
        got, closed = read_all(s, 4 if closes else 0.4)
        s.close()
        status = int(got.split(b" ")[1]) if got.startswith(b"HTTP/1.") else 0
        heads = got.lower().split(b"\r\n\r\n")[0]
        once = len(re.findall(rb"HTTP/1\.[01] \d\d\d ", got)) == 1
        good = status == want and once and closed == closes and all(h in heads for h in ALWAYS)
        say(good, "%s: %d%s" % (name, want, " and closed" if closes else "") +
            ("" if good else " (got %d, closed %s: %r)" % (status, closed, got[:300])))


def cut(port):
    one = GET + b"\r\n"
    body = b'{"account":"nobody","passphrase":"x"}'
    post = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    for step in (1, 2, 7, 100):
        s = connect(port)
        for at in range(0, len(one), step):
            s.sendall(one[at:at + step])
            time.sleep(0.002)
        say(read_answer(s)[0] == 200, "a request in pieces of %d" % step)
        s.close()
    s = connect(port)
    s.sendall(one * 20)
    say(all(read_answer_of(s) == 200 for _ in range(20)), "20 requests at once are answered one by one")
    s.close()
    s = connect(port)
    s.sendall(one + post + one)
    got = [read_answer_of(s) for _ in range(3)]
    say(got == [200, 401, 200], "a body between two requests (%s)" % got)
    s.close()
    s = connect(port)
    s.sendall(post[:-5])
    time.sleep(0.3)
    s.sendall(post[-5:] + one[:9])
    first = read_answer_of(s)
    s.sendall(one[9:])
    say(first == 401 and read_answer_of(s) == 200, "a body cut in two, and a head behind it")
    s.close()
    s = connect(port)
    s.sendall(one + b"GET / HTTP/1.1\n\n")
    got = [read_answer_of(s), read_answer_of(s)]
    say(got == [200, 400], "a bad request behind a good one (%s)" % got)
    s.close()
    s = connect(port)
    head, tail = post.split(b"\r\n\r\n", 1)
    s.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
    said, _ = read_all(s, 0.5)
    s.sendall(tail)
    say(said == b"HTTP/1.1 100 Continue\r\n\r\n" and read_answer_of(s) == 401, "a body after 100 Continue (%r)" % said)
    s.close()
    s = connect(port)
    try:
        s.sendall(one * 20000)
    except OSError:
        pass
    _, closed = read_all(s, 8)
    say(closed, "who sends far ahead of the answers is cut off")
    s.close()


LEFT = {}


def read_answer_of(s):
    """As read_answer(), for several answers on one connection."""
    got = LEFT.pop(s, b"")
    s.settimeout(10)
    try:
        while b"\r\n\r\n" not in got:
            part = s.recv(65536)
            if not part:
                return 0
            got += part
        head, rest = got.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(rest) < length:
            part = s.recv(65536)
            if not part:
                return 0
            rest += part
    except (socket.timeout, ConnectionError):
        return 0
    LEFT[s] = rest[length:]
    return int(head.split(b" ")[1])


def slow(port, n):
    """All begin a head and never end it, some a body."""
    lines = []
    for i in range(n):
        s = connect(port)
        s.sendall(GET if i % 2 else POST + b"Content-Length: 1000\r\n\r\n{")
        lines.append(s)
    start = time.monotonic()
    left = list(lines)
    statuses = {}
    last = {}
    while left and time.monotonic() - start < 40:
        time.sleep(1)
        for s in list(left):
            try:
                s.settimeout(0)
                part = s.recv(4096)
                if part.startswith(b"HTTP/1.1 "):
                    statuses[s] = int(part.split(b" ")[1])
                if not part:
                    raise ConnectionError
            except BlockingIOError:
                try:
                    s.sendall(b"X: y\r\n")
                except OSError:
                    left.remove(s)
                    last[s] = time.monotonic() - start
                continue
            except OSError:
                left.remove(s)
                last[s] = time.monotonic() - start
    heads = [last.get(s, 99) for i, s in enumerate(lines) if i % 2]
    bodies = [last.get(s, 99) for i, s in enumerate(lines) if not i % 2]
    say(not left, "%d slow clients are ended (%d left)" % (n, len(left)))
    say(max(heads) < 16, "heads within 16 s (%.1f s)" % max(heads))
    say(max(bodies) < 36, "bodies within 36 s (%.1f s)" % max(bodies))
    say(sum(v == 408 for v in statuses.values()) > n * 9 // 10, "told why: 408 (%d)" % len(statuses))


def flood(port, n, seconds):
    lines = []
    for _ in range(n):
        try:
            lines.append(connect(port, 5))
        except OSError as error:
            say(False, "connection %d: %s" % (len(lines), error))
            break
    print("open %d" % len(lines), flush=True)
    time.sleep(seconds)
    for s in lines:
        s.close()


def deaf(port, n):
    """They ask for page after page and read none: they are ended, and told nothing more."""
    lines = []
    for _ in range(n):
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect((HOST, port))
        s.sendall((b"GET / HTTP/1.1\r\n" + H + b"\r\n") * 200)
        lines.append(s)
    print("open %d" % len(lines), flush=True)
    time.sleep(40)
    ended = 0
    for s in lines:
        got, closed = read_all(s, 2)
        ended += closed and got.count(b"</html>") < 200
        s.close()
    say(ended == n, "%d of %d that read nothing are ended" % (ended, n))


def full(port):
    """Every place is taken by somebody whose body is on its way: one more is told so."""
    lines = []
    begun = POST + b"Content-Length: 1000\r\n\r\n{"
    for _ in range(1000):
        s = connect(port, 5)
        s.sendall(begun)
        lines.append(s)
    time.sleep(1)
    s = connect(port, 5)
    s.sendall(GET + b"\r\n")
    got, closed = read_all(s, 5)
    good = got.startswith(b"HTTP/1.1 503 ") and b"Retry-After" in got and closed
    say(good, "one more than 1,000 is told to come again: 503 and closed (%r)" % got[:40])
    lines.pop().close()
    time.sleep(0.5)
    s = connect(port, 5)
    s.sendall(GET + b"\r\n")
    status, _, _ = read_answer(s)
    say(status == 200, "when one has gone there is room (%d)" % status)
    for s in lines:
        s.close()


def streams(port, token):
    """As many streams as there is room for, and one more."""
    ask = b"GET /api/v1/stream HTTP/1.1\r\n" + H + b"Cookie: " + token.encode() + b"\r\n\r\n"
    lines = []
    statuses = []
    for _ in range(201):
        s = connect(port, 5)
        s.sendall(ask)
        lines.append(s)
    for s in lines:
        s.settimeout(5)
        statuses.append(s.recv(12)[9:])
    counts = (statuses.count(b"200"), statuses.count(b"503"))
    say(counts == (200, 1), "200 streams, and no more %s" % (counts,))
    for s in lines:
        s.close()


def stream(port, token, seconds):
    s = connect(port)
    s.sendall(b"GET /api/v1/stream HTTP/1.1\r\n" + H + b"Cookie: " + token.encode() + b"\r\n\r\n")
    got, closed = read_all(s, seconds)
    sys.stdout.write(got.decode("utf-8", "replace"))
    print("\nclosed %s" % closed)


def spoil(rng, request):
    """A few small damages."""
    request = bytearray(request)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(request))
        what = rng.randrange(4)
        if what == 0:
            request[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            request[at:at] = rng.choice([b"\r\n", b"\n", b"\0", b" ", b":", b"\r\n\r\n", b"Content-Length: 5\r\n"])
        elif what == 2:
            del request[at:at + rng.randrange(1, 20)]
        else:
            request[at:at] = request[at:at + rng.randrange(1, 200)]
        if not request:
            return b"x"
    return bytes(request)


def storm(port, seconds, seed, token):
    rng = random.Random(seed)
    cookie = b"Cookie: " + token.encode() + b"\r\n"
    body = b'{"account":"nobody","passphrase":"x"}'
    good = [
        GET + b"\r\n",
        GET + b"Connection: close\r\n\r\n",
        b"GET /api/v1/records?limit=5 HTTP/1.1\r\n" + H + cookie + b"\r\n",
        b"GET /api/v1/stream HTTP/1.1\r\n" + H + cookie + b"\r\n",
        b"GET /api/v1/stream HTTP/1.0\r\n" + H + cookie + b"\r\n",
        b"HEAD /api/v1/records HTTP/1.1\r\n" + H + cookie + b"\r\n",
        b"GET / HTTP/1.1\r\n" + H + b"Accept: text/html\r\n" + cookie + b"\r\n",
        POST + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
        b"DELETE /api/v1/session HTTP/1.1\r\n" + H + b"\r\n",
    ]
    lines = []
    opened = answered = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if len(lines) < 60:
            try:
                s = connect(port, 5)
            except OSError:
                continue
            s.settimeout(0)
            requests = b"".join(
                spoil(rng, r) if rng.random() < 0.3 else r
                for r in (rng.choice(good) for _ in range(rng.randrange(1, 5))))
            lines.append([s, requests])
            opened += 1
        time.sleep(0.0002)
        line = rng.choice(lines)
        s, rest = line
        n = rng.choice([1, 3, 10, 100, 1000, 100000])
        try:
            if rest:
                sent = s.send(rest[:n])
                line[1] = rest[sent:]
            if rng.random() < 0.5:
                got = s.recv(65536)
                answered += got.count(b"HTTP/1.1 ")
                if not got:
                    raise ConnectionError
            end = rng.random()
            if end < 0.005:  # a reset
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise ConnectionError
            if end < 0.008:
                s.shutdown(socket.SHUT_WR)
            if not line[1] and end > 0.99:
                raise ConnectionError
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            s.close()
            lines.remove(line)
    for s, _ in lines:
        s.close()
    say(opened > 20 and answered > opened, "%d connections, %d answers" % (opened, answered))


def main():
    verb = sys.argv[1]
    port = int(sys.argv[2])
    if verb == "raw":
        raw(port)
    elif verb == "cut":
        cut(port)
    elif verb == "slow":
        slow(port, int(sys.argv[3]))
    elif verb == "flood":
        flood(port, int(sys.argv[3]), float(sys.argv[4]))
    elif verb == "deaf":
        deaf(port, int(sys.argv[3]))
    elif verb == "full":
        full(port)
    elif verb == "streams":
        streams(port, sys.argv[3])
    elif verb == "storm":
        storm(port, float(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    elif verb == "stream":
        stream(port, sys.argv[3], float(sys.argv[4]))


main()
