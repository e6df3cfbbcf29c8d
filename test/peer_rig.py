"""A gate of a link, with this process at all its ends: keeper, core, the listening socket, and the
other station. For test/31-peer-gate.sh.

The gate is the real program behind its real wall. Messages are written and read here by hand
(doc/wire.md), so that no code of the gate judges itself; the numbers of kinds and causes follow from
the order of the rows in wire.h and links.h.
"""
import fcntl
import os
import re
import select
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

SOURCE = os.environ['SEAM_SOURCE']
failed = 0


def rows(path, name):
    """The names of a table of rows in a header, in their order."""
    text = open(os.path.join(SOURCE, path), encoding='utf-8').read()
    table = text[text.index('#define ' + name):].split('clang-format on')[0]
    return re.findall(r'^\tX\((\w+),', table, re.M)


KINDS = ['NONE'] + rows('src/seamd/wire.h', 'WIRE_ROWS')
CAUSES = rows('src/seamd/links.h', 'LINK_CAUSE_ROWS')


def ok(text, holds, more=''):
    global failed
    if holds:
        print(f'ok - {text}', flush=True)
    else:
        failed += 1
        print(f'not ok - {text}', flush=True)
        if more != '':
            print(f'#   {more}', flush=True)


def same(text, want, got):
    ok(text, want == got, f'wanted {want!r}, got {got!r}')


def sized(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack('>I', len(data)) + data


class Channel:
    """One end of a channel between processes: whole messages."""

    def __init__(self, sock):
        self.sock = sock
        self.input = b''

    def send(self, kind, number, payload, fd=None):
        data = struct.pack('>HHIQ', KINDS.index(kind), 0, len(payload), number) + payload
        if fd is None:
            self.sock.sendall(data)
        else:
            socket.send_fds(self.sock, [data], [fd])

    def read(self, timeout):
        """(kind, id, payload), or None when nothing comes in time."""
        until = time.monotonic() + timeout
        while True:
            if len(self.input) >= 16:
                kind, zero, n, number = struct.unpack('>HHIQ', self.input[:16])
                assert zero == 0 and n <= 65520, 'a message of another form'
                if len(self.input) >= 16 + n:
                    payload = self.input[16:16 + n]
                    self.input = self.input[16 + n:]
                    return KINDS[kind], number, payload
            left = until - time.monotonic()
            if not select.select([self.sock], [], [], max(0, left))[0]:
                return None
            data = self.sock.recv(1 << 18)
            if not data:
                return 'CLOSED', 0, b''
            self.input += data

    def quiet(self, timeout=0.3):
        return self.read(timeout) is None


class FromGate(Channel):
    """The channel to core; the counts of strangers come with the gate's ticks and are kept aside."""
    knocked = (0, '')

    def read(self, timeout):
        until = time.monotonic() + timeout
        while True:
            message = super().read(max(0, until - time.monotonic()))
            if not message or message[0] != 'KNOCKED':
                return message
            parts = Parts(message[2])
            self.knocked = (parts.number(8), parts.bytes().decode())


class Parts:
    """The fields of a payload, in order."""

    def __init__(self, payload):
        self.left = payload

    def number(self, n):
        value = int.from_bytes(self.left[:n], 'big')
        self.left = self.left[n:]
        return value

    def bytes(self):
        n = self.number(4)
        value, self.left = self.left[:n], self.left[n:]
        assert len(value) == n
        return value


def told(message):
    """A message of the gate in words: UP ours|theirs, DOWN cause, LINE text, GET method path body."""
    if message is None:
        return None
    kind, _, payload = message
    parts = Parts(payload)
    if kind == 'UP':
        value = 'UP ' + ('ours' if parts.number(1) else 'theirs')
        parts.bytes()
    elif kind == 'DOWN':
        value = 'DOWN ' + CAUSES[parts.number(1)]
        parts.bytes()
    elif kind == 'LINE':
        value = 'LINE ' + parts.bytes().decode()
    elif kind == 'GET':
        value = ' '.join(['GET', parts.bytes().decode(), parts.bytes().decode(), parts.bytes().decode()])
    else:
        value = kind
    assert parts.left == b'', 'bytes behind the last field'
    return value


def command(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, **more).stdout


class Key:
    """A P-256 key and a certificate of it, made by OpenSSL's own program."""

    def __init__(self, folder, name, kind=('ec', '-pkeyopt', 'ec_paramgen_curve:P-256')):
        self.key = os.path.join(folder, name + '.key')
        self.crt = os.path.join(folder, name + '.crt')
        self.folder, self.name = folder, name
        command('openssl', 'req', '-x509', '-newkey', *kind, '-nodes', '-keyout', self.key, '-out',
                self.crt, '-days', '30', '-subj', '/CN=' + name, '-sha256')
        os.chmod(self.key, 0o600)
        self.look()

    def look(self):
        public = command('openssl', 'x509', '-in', self.crt, '-noout', '-pubkey')
        der = command('openssl', 'pkey', '-pubin', '-outform', 'DER', input=public)
        self.pin = command('openssl', 'dgst', '-sha256', '-binary', input=der)

    def dated(self, name, start, end):
        """The same key under a certificate with other dates (YYYYMMDDHHMMSSZ)."""
        other = object.__new__(Key)
        other.key, other.crt = self.key, os.path.join(self.folder, name + '.crt')
        ca = os.path.join(self.folder, name + '.ca')
        os.makedirs(ca)
        open(os.path.join(ca, 'index'), 'w').close()
        with open(os.path.join(ca, 'serial'), 'w') as f:
            f.write('01\n')
        with open(os.path.join(ca, 'conf'), 'w') as f:
            f.write(f'[ca]\ndefault_ca=d\n[d]\ndatabase={ca}/index\nserial={ca}/serial\n'
                    f'new_certs_dir={ca}\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n')
        csr = command('openssl', 'req', '-new', '-key', self.key, '-subj', '/CN=' + name)
        command('openssl', 'ca', '-batch', '-selfsign', '-config', os.path.join(ca, 'conf'), '-keyfile',
                self.key, '-in', '/dev/stdin', '-out', other.crt, '-notext', '-startdate', start,
                '-enddate', end, input=csr)
        other.look()
        return other


class Gate:
    """The process under test. `own` and `other` are stations; listens unless told otherwise. A clock is
    a file for test/clock.c, which CLOCK_SO is."""

    def __init__(self, home, own, other, listens=True, connect='', clock=None):
        self.home, self.own, self.other = home, own, other
        self.listener = None
        with open(os.path.join(home, 'links'), 'w') as f:
            f.write(f'link {other}' + (' listen 127.0.0.1:1' if listens else '') +
                    (f' connect {connect}' if connect else '') + '\n')
        keeper, its_keeper = socket.socketpair()
        core, its_core = socket.socketpair()
        self.keeper, self.core = Channel(keeper), FromGate(core)
        ends = [its_keeper, its_core]
        if listens:
            self.listener = socket.create_server(('127.0.0.1', 0), backlog=256)
            self.port = self.listener.getsockname()[1]
            ends.append(self.listener)
        # Out of the way first: an end may lie where another is to go.
        high = [fcntl.fcntl(end.fileno(), fcntl.F_DUPFD_CLOEXEC, 100) for end in ends]
        actions = [(os.POSIX_SPAWN_DUP2, fd, 3 + i) for i, fd in enumerate(high)]
        program = os.path.join(os.environ['SEAM_BUILD'], 'seamd')
        self.pid = os.posix_spawn(program, ['seamd', '--role', 'peer', '--link', other, '-H', home],
                                  {**os.environ, **(dict(LD_PRELOAD=os.environ['CLOCK_SO'], SEAM_TEST_CLOCK=clock)
                                                    if clock else {})},
                                  file_actions=actions)
        for fd in high:
            os.close(fd)
        its_keeper.close()
        its_core.close()
        if self.listener:
            self.listener.close()
        ready = self.keeper.read(20)
        if not ready or ready[0] != 'READY':
            self.end()
            raise SystemExit(f'not ok - the gate starts: {ready}')
        self.walls = Parts(ready[2]).bytes().decode()
        shows = self.core.read(20)
        if not shows or shows[0] != 'SHOWS':
            self.end()
            raise SystemExit(f'not ok - the gate says which key it shows: {shows}')
        self.shows = Parts(shows[2]).bytes()

    def tell_link(self, pin):
        self.core.send('LINK', 0, sized(self.own) + sized(self.other) + sized(pin))

    def line(self, number, text):
        self.core.send('LINE', number, sized(text))

    def heard(self, timeout=5):
        return told(self.core.read(timeout))

    def number(self, timeout=5):
        """Of the next message, and what it says."""
        message = self.core.read(timeout)
        return (message[1] if message else None), told(message)

    def tcp(self):
        sock = socket.create_connection(('127.0.0.1', self.port), timeout=10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def tls(self, key, alpn=('seam-link/1',), sock=None, **more):
        return client(key, alpn, **more).wrap_socket(sock or self.tcp(), server_hostname=None)

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    def memory_kb(self):
        with open(f'/proc/{self.pid}/status') as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read())[1])

    def has_grown_kb(self, before):
        """Since `before`. A sanitizer keeps what was freed for a while, and tells itself what was lost."""
        return 0 if 'sanitizer' in self.walls else self.memory_kb() - before

    def lives(self):
        return os.waitpid(self.pid, os.WNOHANG) == (0, 0)

    def end(self):
        """Closes core's channel, which ends it; its status."""
        self.core.sock.close()
        for _ in range(100):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return status
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]


def client(key, alpn=('seam-link/1',), version=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = version
    if key:
        context.load_cert_chain(key.crt, key.key)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def server(key, trusted, alpn=('seam-link/1',), version=ssl.TLSVersion.TLSv1_3):
    """The other station when it is dialled; lets in who is in the file `trusted`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    context.load_cert_chain(key.crt, key.key)
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= 0x80000  # X509_V_FLAG_PARTIAL_CHAIN: the leaf itself is trusted
        context.load_verify_locations(trusted)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


class PoorLine(threading.Thread):
    """A line between a client and a port: so many bytes in a second, each so late, both ways."""

    def __init__(self, port, bytes_s, delay_s):
        super().__init__(daemon=True)
        self.bytes_s, self.delay_s = bytes_s, delay_s
        self.near, end = socket.socketpair()
        self.pairs = [(end, socket.create_connection(('127.0.0.1', port)))]
        self.pairs.append(self.pairs[0][::-1])
        self.ways = [threading.Thread(target=self.carry, args=pair, daemon=True) for pair in self.pairs]
        self.start()

    def run(self):
        for way in self.ways:
            way.start()

    def carry(self, source, target):
        waiting = []  # (when, bytes)
        free_at = time.monotonic()
        open_ = True
        while open_ or waiting:
            left = waiting[0][0] - time.monotonic() if waiting else None
            few = open_ and len(waiting) < 8  # what the line itself holds
            if left is None or left > 0:
                if select.select([source] if few else [], [], [], left)[0]:
                    data = source.recv(1024)
                    open_ = data != b''
                    free_at = max(free_at, time.monotonic()) + len(data) / self.bytes_s
                    waiting.append((free_at + self.delay_s, data))
                continue
            data = waiting.pop(0)[1]
            try:
                target.sendall(data) if data else target.shutdown(socket.SHUT_WR)
            except OSError:
                return


def outcome(action):
    """What an attempt to speak ended in: the words of the alert, 'closed', or 'fine'."""
    try:
        action()
        return 'fine'
    except ssl.SSLError as error:
        if error.reason in ('UNEXPECTED_EOF_WHILE_READING',) or isinstance(
                error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return 'closed'
        return (error.reason or str(error)).lower()
    except (ConnectionError, BrokenPipeError):
        return 'closed'
    except TimeoutError:
        return 'silence'


def ends(sock, timeout=10):
    """What reading until the end gives; in TLS 1.3 a client learns only so that it was turned away."""
    sock.settimeout(timeout)

    def read():
        if sock.recv(1) == b'':
            raise ConnectionError
    return outcome(read)


def finish():
    sys.exit(1 if failed else 0)
