"""The gate of a link among friends, strangers and time; told by test/31-peer-gate.sh."""
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time

import peer_rig
from peer_rig import Gate, Key, Parts, ends, finish, ok, outcome, same, server

home, keys = sys.argv[1], sys.argv[2]
slow = os.environ.get('SEAM_SLOW') == '1'
FIRST, SECOND = 'a/one', 'b/two'  # in the order of their names


def make_keys():
    k = {
        'own': Key(keys, 'peer'),
        'friend': Key(keys, 'friend'),
        'newer': Key(keys, 'newer'),
        'other': Key(keys, 'other'),
        'rsa': Key(keys, 'rsa', ('rsa:2048',)),
        'p384': Key(keys, 'p384', ('ec', '-pkeyopt', 'ec_paramgen_curve:P-384')),
    }
    k['past'] = k['friend'].dated('past', '20200101000000Z', '20200201000000Z')
    k['future'] = k['friend'].dated('future', '20900101000000Z', '20910101000000Z')
    os.makedirs(os.path.join(home, 'tls'), exist_ok=True)
    for ending in ('key', 'crt'):
        with open(os.path.join(keys, 'peer.' + ending), 'rb') as f:
            data = f.read()
        path = os.path.join(home, 'tls', 'peer.' + ending)
        with open(path, 'wb') as f:
            f.write(data)
        os.chmod(path, 0o600)
    return k


def start(k, **more):
    """A gate that listens, knows whom to let in, and has said so."""
    gate = Gate(home, FIRST, SECOND, **more)
    gate.tell_link(k['friend'].pin)
    same('it waits for the other side', 'DOWN LISTENING', gate.heard())
    return gate


def who_comes_in(k):
    gate = Gate(home, FIRST, SECOND)
    ok('the gate stands behind its wall: ' + gate.walls, True)
    same('it says first which key it shows', k['own'].pin, gate.shows)
    early = gate.tcp()
    early.settimeout(0.5)
    same('before core has spoken nobody comes in, nor is turned away', 'silence',
         outcome(lambda: gate.tls(k['friend'], sock=early)))
    gate.tell_link(b'')
    same('without a key note core is told so', 'DOWN NO_NOTE', gate.heard())
    same('and nobody comes in', 'closed', outcome(lambda: gate.tls(k['friend'])))
    gate.tell_link(k['friend'].pin)
    same('with one it waits', 'DOWN LISTENING', gate.heard())

    same('another key is turned away', 'tlsv1_alert_unknown_ca', ends(gate.tls(k['other'])))
    ok('core hears no cause of it: it may have been anybody', gate.core.quiet(2.5))
    # who came before the note was one too
    ok('but that somebody knocked, and what with', gate.core.knocked[0] >= 2 and
       'another key' in gate.core.knocked[1], gate.core.knocked)
    same('a certificate that has run out is turned away', 'sslv3_alert_certificate_expired',
         ends(gate.tls(k['past'])))
    same('with its cause', 'DOWN CERTIFICATE', gate.heard())
    same('one that is not valid yet is turned away', 'sslv3_alert_bad_certificate',
         ends(gate.tls(k['future'])))
    same('with its cause', 'DOWN CLOCK', gate.heard())
    same('no certificate is turned away', 'tlsv13_alert_certificate_required', ends(gate.tls(None)))
    same('TLS 1.2 is refused', 'tlsv1_alert_protocol_version',
         outcome(lambda: gate.tls(k['friend'], version=ssl.TLSVersion.TLSv1_2)))
    said = outcome(lambda: gate.tls(k['friend'], alpn=('h2',)))
    ok('another protocol inside is refused', 'no application protocol' in said.replace('_', ' '), said)
    for name in ('rsa', 'p384'):
        ok(f'a key of another kind is refused: {name}',
           outcome(lambda: ends_or_raise(gate.tls(k[name]))) != 'fine')
    ok('of strangers who show nothing core hears nothing', gate.core.quiet())

    one = gate.tls(k['friend'])
    same('the pinned key comes in', 'UP theirs', gate.heard())
    same('TLS 1.3', 'TLSv1.3', one.version())
    ok('nothing is resumed', one.session is None or not one.session.has_ticket)
    same('while the link stands another key is turned away too', 'tlsv1_alert_unknown_ca',
         ends(gate.tls(k['other'])))
    ok('and core hears nothing of it', gate.core.quiet(2))
    ok('but the count', gate.core.knocked[0] > 2 and 'another key' in gate.core.knocked[1], gate.core.knocked)
    one.close()
    same('its end is told', 'DOWN LOST', gate.heard())
    same('the gate ends with core', 0, gate.end())


def ends_or_raise(sock):
    sock.settimeout(5)
    if sock.recv(1) == b'':
        raise ConnectionError


def lines(k):
    gate = Gate(home, FIRST, SECOND)
    early = gate.tcp()
    gate.tell_link(k['friend'].pin)
    same('a gate that is told waits', 'DOWN LISTENING', gate.heard())
    gate.tls(k['friend'], sock=early)
    same('who came earlier comes in', 'UP theirs', gate.heard())
    gate.end()
    gate = start(k)
    one = gate.tls(k['friend'])
    number, said = gate.number()
    same('a link stands', 'UP theirs', said)
    one.sendall(b'hello 1 b/two 1700000000000\n')
    same('a line goes to core', (number, 'LINE hello 1 b/two 1700000000000'), gate.number())
    gate.line(number, 'hello 1 a/one 1700000000001')
    gate.line(number - 1, 'of a connection that was')
    gate.line(0, 'of none')
    gate.line(number, 'the second')
    same('lines of core go out, those of other connections do not',
         b'hello 1 a/one 1700000000001\nthe second\n', read_n(one, 39))
    for byte in b'in single bytes\n':
        one.sendall(bytes([byte]))
    same('a line in single bytes', 'LINE in single bytes', gate.heard())
    one.sendall(b'a\nbb\nccc\nd')
    same('three lines in one piece', ['LINE a', 'LINE bb', 'LINE ccc'], [gate.heard() for _ in range(3)])
    one.sendall(b'd\n')
    same('and the one that was begun', 'LINE dd', gate.heard())
    one.sendall(b'x' * 65000 + b'\n')
    same('the longest line', 'LINE ' + 'x' * 65000, gate.heard())
    gate.line(number, 'y' * 65000)
    same('there and back', b'y' * 65000 + b'\n', read_n(one, 65001))
    for name, data in (('one byte more', b'x' * 65001), ('a NUL', b'a\0b\n'), ('a carriage return', b'a\r\n'),
                       ('an empty line', b'\n')):
        one = gate.tls(k['friend'])
        said = [gate.heard()]
        if said == ['DOWN REPLACED']:
            said = [gate.heard()]
        one.sendall(b'good\n' + data)
        said += [gate.heard(), gate.heard()]
        same(f'{name} ends the connection after what was good', ['UP theirs', 'LINE good', 'DOWN LOST'], said)
        ok(f'{name}: the other end sees it', ends(one) == 'closed')
    ok('nothing more is said', gate.core.quiet())
    same('the gate lives', True, gate.lives())
    gate.end()


def read_n(sock, n, timeout=10):
    sock.settimeout(timeout)
    data = b''
    while len(data) < n:
        part = sock.recv(n - len(data))
        if not part:
            break
        data += part
    return data


def which_stays(k):
    gate = start(k)
    one = gate.tls(k['friend'])
    first, said = gate.number()
    same('one stands', 'UP theirs', said)
    two = gate.tls(k['friend'])
    same('a newer of the same direction takes its place', (first, 'DOWN REPLACED'), gate.number())
    second, said = gate.number()
    same('and stands', 'UP theirs', said)
    ok('under a higher number', second > first)
    same('the older is closed', 'closed', ends(one))
    gate.core.send('DOWN', first, bytes([peer_rig.CAUSES.index('STRANGER')]) + peer_rig.sized(''))
    ok('an order about the older changes nothing', gate.core.quiet())
    gate.core.send('DOWN', second, bytes([peer_rig.CAUSES.index('STRANGER')]) + peer_rig.sized('no'))
    same('core ends the link', (second, 'DOWN STRANGER'), gate.number())
    same('and it is closed', 'closed', ends(two))
    one = gate.tls(k['friend'])
    same('another stands', 'UP theirs', gate.heard())
    log = gate.tls(k['friend'], alpn=('http/1.1',))
    gate.tell_link(k['friend'].pin)
    ok('the same key again changes nothing', gate.core.quiet())
    gate.tell_link(k['newer'].pin)
    same('another key in the note ends it', 'DOWN KEY', gate.heard())
    same('and waits for that', 'DOWN LISTENING', gate.heard())
    same('the link is closed', 'closed', ends(one))
    same('and whoever read the log', 'closed', ends(log))
    same('the old key comes in no more', 'tlsv1_alert_unknown_ca', ends(gate.tls(k['friend'])))
    ok('and is counted', gate.core.quiet(2.5) and 'another key' in gate.core.knocked[1], gate.core.knocked)
    one = gate.tls(k['newer'])
    same('the new one does', 'UP theirs', gate.heard())
    gate.tell_link(b'')
    same('no note ends it', 'DOWN NO_NOTE', gate.heard())
    same('and it is closed', 'closed', ends(one))
    gate.end()


def broken_ends(k):
    gate = start(k)
    for name, action in (
            ('a reset', lambda s: s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0') or
             os.close(s.detach())),
            ('an end without a word', lambda s: os.close(s.detach())),
            ('half an end', lambda s: socket.socket(fileno=os.dup(s.fileno())).shutdown(socket.SHUT_WR)),
            ('a polite end', lambda s: (s.unwrap(), s.close()))):
        one = gate.tls(k['friend'])
        same(f'before {name} a link stands', 'UP theirs', gate.heard())
        one.sendall(b'half a li')
        action(one)
        same(f'{name} is told once', ['DOWN LOST', True], [gate.heard(), gate.core.quiet(0.2)])
    noise = random.Random(31)
    for data in (bytes(noise.randrange(256) for _ in range(3000)), b'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
                 b'\x16\x03\x01\xff\xff' + bytes(70000), b'\x16\x03\x03\x00\x00' * 2000, b'\0' * 5,
                 b'\x15\x03\x03\x00\x02\x02\x28', b'SSH-2.0-x\r\n', b'\x80\x80' + b'\x01' * 200):
        sock = gate.tcp()
        outcome(lambda: sock.sendall(data))
        sock.settimeout(0.2)
        outcome(lambda: sock.recv(100))
        sock.close()
    mangle(gate, k)
    one = gate.tls(k['friend'])
    same('after all that noise the friend comes in', 'UP theirs', gate.heard())
    same('the same process', True, gate.lives())
    gate.end()


def mangle(gate, k):
    """Real handshakes with a byte changed on the way, at every place of the first hundred or more."""
    noise = random.Random(5)
    for turn in range(400 if slow else 60):
        plain = gate.tcp()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = peer_rig.client(k['friend']).wrap_bio(incoming, outgoing)
        sent = noise.randrange(2)
        plain.settimeout(0.3)
        for flight in range(3):
            try:
                tls.do_handshake()
            except ssl.SSLError:
                pass
            data = bytearray(outgoing.read())
            if flight == sent and data:
                data[noise.randrange(len(data))] ^= 1 << noise.randrange(8)
            try:
                plain.sendall(data)
                incoming.write(plain.recv(65536))
            except OSError:
                break
        plain.close()
    while gate.core.read(0.3):
        pass


def crowds(k):
    gate = start(k)
    resting = gate.descriptors()
    crowd = [gate.tcp() for _ in range(200)]
    time.sleep(0.5)
    ok('of 200 strangers at once 16 are waited for', gate.descriptors() <= resting + 16,
       gate.descriptors() - resting)
    same('the friend is closed as the newest', 'closed', outcome(lambda: gate.tls(k['friend'])))
    time.sleep(3.2)
    one = gate.tls(k['friend'])
    same('three seconds later it takes the place of one', 'UP theirs', gate.heard())
    held = [gate.tls(k['friend'], alpn=('http/1.1',)) for _ in range(8)]
    same('of those who read the log the ninth is closed', 'closed',
         ends(gate.tls(k['friend'], alpn=None)))
    busy = gate.memory_kb()
    for sock in crowd:
        sock.close()
    for sock in held:
        sock.close()
    time.sleep(0.5)
    ok('their descriptors come back', gate.descriptors() <= resting + 1, gate.descriptors())
    for _ in range(20):
        for sock in [gate.tcp() for _ in range(50)]:
            sock.close()
    one.sendall(b'still here\n')
    same('the link did not notice', 'LINE still here', gate.heard())
    grown = gate.has_grown_kb(busy)
    ok('memory stays where it was', grown < 4096, grown)
    for _ in range(100):
        one = gate.tls(k['friend'])
        one.sendall(b'x' * 60000)
        while gate.heard() != 'UP theirs':
            pass
    grown = gate.has_grown_kb(busy)
    ok('the beginnings of a hundred lines are given back', grown < 4096, grown)
    if slow:
        waiting = gate.tcp()
        began = time.monotonic()
        same('who says nothing is closed', 'closed', outcome(lambda: raw_end(waiting, 30)))
        ok('after 15 seconds', 13 < time.monotonic() - began < 18, time.monotonic() - began)
    gate.end()


def raw_end(sock, timeout):
    sock.settimeout(timeout)
    if sock.recv(1) == b'':
        raise ConnectionError


def slow_ends(k):
    gate = start(k)
    one = gate.tls(k['friend'])
    gate.heard()
    # Core does not read: the other end must come to a stop, and nothing may be lost.
    before = gate.memory_kb()
    sent = [0]

    def push():
        one.settimeout(60)
        try:
            for i in range(20000):
                one.sendall(b'%d %s\n' % (i, b'x' * 1000))
                sent[0] = i + 1
        except OSError:
            pass

    pusher = threading.Thread(target=push)
    pusher.start()
    last = -1
    while last != sent[0]:
        last = sent[0]
        time.sleep(0.7)
    ok('while core does not read, 20 MB come to a stop', sent[0] < 20000, sent[0])
    grown = gate.has_grown_kb(before)
    ok('the gate holds no more than a little', grown < 2048, grown)
    good = 0
    for i in range(20000):
        message = gate.core.read(10)
        if not message or not message[2][4:].startswith(b'%d x' % i):
            break
        good += 1
    same('and all of it comes, in order, once core reads', 20000, good)
    pusher.join()
    # The other end does not read: it is not read either, and what core still says ends it.
    number = message[1]
    for i in range(400):
        gate.line(number, 'y' * 1000)
    time.sleep(0.3)
    before = gate.memory_kb()
    outcome(lambda: gate.core.sock.settimeout(20))
    for i in range(12000):
        gate.line(number, 'y' * 1000)
    message = gate.core.read(20)
    same('who takes nothing of 12 MB is given up', 'DOWN TIMEOUT', peer_rig.told(message))
    grown = gate.has_grown_kb(before)
    ok('with bounded memory', grown < 6000, grown)
    one.close()
    two = gate.tls(k['friend'])
    same('and may come again', 'UP theirs', gate.heard())
    gate.end()


def poor_line(k):
    """64 kbit/s with 400 ms each way."""
    gate = start(k)
    began = time.monotonic()
    line = peer_rig.PoorLine(gate.port, 8000, 0.4)
    one = gate.tls(k['friend'], sock=line.near)
    number, said = gate.number(10)
    same('over a poor line a link comes up', 'UP theirs', said)
    ok('in a few seconds', time.monotonic() - began < 5, time.monotonic() - began)
    for i in range(40):
        gate.line(number, '%02d' % i + 'z' * 997)
    back = read_n(one, 40 * 1000, timeout=20)
    same('40 KB of core arrive', 40000, len(back))
    ok('in their order', [back[i * 1000:i * 1000 + 2] for i in range(40)] == [b'%02d' % i for i in range(40)])
    one.sendall(b'v' * 30000 + b'\n')
    same('and a long line of the other end', 'LINE ' + 'v' * 30000, gate.heard(20))
    one.close()
    same('and its end', 'DOWN LOST', gate.heard(10))
    gate.end()


# ---- dialling ----

def dialled(gate, key, trusted, first=b'hello 1 b/two 1\n', **more):
    """Takes the DIAL that is asked, connects it to a server of our own; what that end saw."""
    same_quiet('DIAL', gate.keeper.read(5))
    listener = socket.create_server(('127.0.0.1', 0))
    sock = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    listener.close()
    gate.keeper.send('DIALED', 0, bytes([0]) + peer_rig.sized(''), sock.fileno())
    sock.close()
    tls = None

    def shake():
        nonlocal tls
        tls = server(key, trusted, **more).wrap_socket(far, server_side=True)
    seen = outcome(shake)
    if tls and first:
        outcome(lambda: tls.sendall(first))
    if not tls:
        far.close()
    return seen, tls


def same_quiet(want, message):
    if not message or message[0] != want:
        ok(f'{want} comes', False, message)


def refuse_dial(gate, cause, timeout=5):
    """Answers the next DIAL with a failure; how long it took to come."""
    began = time.monotonic()
    same_quiet('DIAL', gate.keeper.read(timeout))
    gate.keeper.send('DIALED', 0, bytes([peer_rig.CAUSES.index(cause)]) + peer_rig.sized('so it is'))
    return time.monotonic() - began


def dialling(k):
    own = os.path.join(home, 'tls', 'peer.crt')
    gate = Gate(home, FIRST, SECOND, listens=False, connect='far.example:7100')
    ok('who only dials asks nothing before core has spoken', gate.keeper.quiet())
    gate.tell_link(b'')
    same('without a key note core is told so', 'DOWN NO_NOTE', gate.heard())
    ok('and nobody is dialled', gate.keeper.quiet())
    gate.tell_link(k['friend'].pin)
    refuse_dial(gate, 'REFUSED')
    same('a failure has its cause', 'DOWN REFUSED', gate.heard())
    wait = refuse_dial(gate, 'REFUSED')
    ok('it is tried again after a second or so', 0.7 < wait < 1.4, wait)
    ok('the same cause is not told twice', gate.core.quiet())
    wait = refuse_dial(gate, 'NAME')
    ok('then after two', 1.2 < wait < 2.7, wait)
    same('another cause is', 'DOWN NAME', gate.heard())

    seen, tls = dialled(gate, k['friend'], own, first=b'')
    same('the pinned key is reached', 'fine', seen)
    same('over the lines of a link', 'seam-link/1', tls.selected_alpn_protocol())
    ok('it stands only when the other end speaks', gate.core.quiet())
    tls.sendall(b'hello 1 b/two 1\n')
    number, said = gate.number()
    same('then it does', ['UP ours', 'LINE hello 1 b/two 1'], [said, gate.heard()])
    gate.line(number, 'hello 1 a/one 2')
    same('both ways', b'hello 1 a/one 2\n', read_n(tls, 16))
    ok('while it stands nobody is dialled', gate.keeper.quiet(1.5))
    tls.close()
    same('its end is told', (number, 'DOWN LOST'), gate.number())
    gate.end()

    rows = (
        ('another key', dict(key='other', trusted=own), 'DOWN KEY'),
        ('a certificate that has run out', dict(key='past', trusted=own), 'DOWN CERTIFICATE'),
        ('one that is not valid yet', dict(key='future', trusted=own), 'DOWN CLOCK'),
        ('TLS 1.2', dict(key='friend', trusted=own, version=ssl.TLSVersion.TLSv1_2), 'DOWN TLS'),
        ('another service', dict(key='friend', trusted=own, alpn=('http/1.1',)), 'DOWN TLS'),
        ('a service without ALPN', dict(key='friend', trusted=own, alpn=None), 'DOWN TLS'),
        ('an end that knows another key of ours', dict(key='friend', trusted=k['other'].crt, first=b''),
         'DOWN TURNED_AWAY'),
        ('an end that closes at once', dict(key='friend', trusted=own, first=None), 'DOWN TURNED_AWAY'),
    )
    for name, more, want in rows:
        gate = Gate(home, FIRST, SECOND, listens=False, connect='far.example:7100')
        gate.tell_link(k['friend'].pin)
        more = dict(more)
        key = k[more.pop('key')]
        closes = more.get('first', b'') is None
        _, tls = dialled(gate, key, **more)
        if closes and tls:
            tls.close()
        same(f'{name} is told', want, gate.heard())
        ok(f'{name}: it is tried again', refuse_dial(gate, 'REFUSED') < 2)
        same('the gate lives', True, gate.lives())
        gate.end()


def plain_service(k):
    gate = Gate(home, FIRST, SECOND, listens=False, connect='far.example:7100')
    gate.tell_link(k['friend'].pin)
    for data, want in ((b'SSH-2.0-OpenSSH_9.2\r\n', 'DOWN TLS'), (b'', 'DOWN TURNED_AWAY')):
        same_quiet('DIAL', gate.keeper.read(5))
        one, far = socket.socketpair()
        gate.keeper.send('DIALED', 0, bytes([0]) + peer_rig.sized(''), one.fileno())
        one.close()
        if data:
            far.sendall(data)
            time.sleep(0.2)
        far.close()
        same(f'a service that answers {data!r}', want, gate.heard())
    gate.keeper.send('DIALED', 0, bytes([peer_rig.CAUSES.index('ADDRESS')]) + peer_rig.sized('taken'))
    same('what keeper says without being asked is told', 'DOWN ADDRESS', gate.heard())
    gate.end()


def both_ways(k):
    """Two at once in different directions: the one that the first of both names dialled stays."""
    own = os.path.join(home, 'tls', 'peer.crt')
    for other, ours_stays in ((SECOND, True), ('a/before', False)):
        gate = Gate(home, FIRST, other, connect='far.example:7100')
        gate.tell_link(k['friend'].pin)
        what = 'ours' if ours_stays else 'theirs'
        # Theirs stands first, then ours is answered.
        _, tls = dialled(gate, k['friend'], own, first=b'')
        one = gate.tls(k['friend'])
        if ours_stays:
            same('ours waits for its first line: theirs gives way', 'closed', ends(one))
            tls.sendall(b'first\n')
            same('ours stands', ['UP ours', 'LINE first'], [gate.heard(), gate.heard()])
            one = gate.tls(k['friend'])
            same('theirs comes later: it gives way', 'closed', ends(one))
            ok('without a word to core', gate.core.quiet())
        else:
            same('theirs stands', 'UP theirs', gate.heard())
            same('ours, which waited, is closed', 'closed', ends(tls))
            ok('without a word to core', gate.core.quiet())
        ok(f'{what} is the one that stays; nobody is dialled', gate.keeper.quiet(1.5))
        gate.end()
    # Theirs stands, and ours, which should stay, comes later.
    gate = Gate(home, FIRST, SECOND, connect='far.example:7100')
    gate.tell_link(k['friend'].pin)
    same_quiet('DIAL', gate.keeper.read(5))
    listener = socket.create_server(('127.0.0.1', 0))
    sock = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    gate.keeper.send('DIALED', 0, bytes([0]) + peer_rig.sized(''), sock.fileno())
    time.sleep(0.2)
    one = gate.tls(k['friend'])
    same('theirs is there while ours shakes hands', 'UP theirs', gate.heard())
    tls = server(k['friend'], own).wrap_socket(far, server_side=True)
    tls.sendall(b'first\n')
    same('ours takes its place', ['DOWN REPLACED', 'UP ours', 'LINE first'], [gate.heard() for _ in range(3)])
    same('theirs is closed', 'closed', ends(one))
    gate.end()


# ---- dates ----

def set_clock(clock, seconds):
    with open(clock, 'r+' if os.path.exists(clock) else 'w', encoding='ascii') as f:
        f.write(f'{seconds:<16}')


def days(n):
    return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + n * 86400))


def use_certificate(key):
    with open(key.crt, 'rb') as f:
        data = f.read()
    with open(os.path.join(home, 'tls', 'peer.crt'), 'wb') as f:
        f.write(data)


def a_day_passes(k, clock, soon, want, **more):
    """A connection of lines and one of HTTP, with an hour left and without."""
    set_clock(clock, 86400 - 3600)
    gate = start(k, clock=clock, **more)
    one, http = gate.tls(soon), gate.tls(soon, alpn=('http/1.1',))
    number, said = gate.number()
    same('with an hour left it stands', 'UP theirs', said)
    ok('and goes on', gate.core.quiet(2.5))
    set_clock(clock, 86400 + 3600)
    same('it ends when the certificate does', (number, want), gate.number())
    same('at the other end too', 'closed', ends(one))
    same('and so does a connection for the log', 'closed', ends(http))
    return gate


def dates_that_end(k):
    if not os.environ.get('CLOCK_SO'):
        print('skipped: dates that end: no clock can be put before the gate here')
        return
    clock = os.path.join(keys, 'clock')
    gate = a_day_passes(k, clock, k['friend'].dated('soon', days(-1), days(1)), 'DOWN CERTIFICATE')
    one = gate.tls(k['friend'])
    same('with another certificate of the same key it stands again', 'UP theirs', gate.heard())
    set_clock(clock, -86400)
    same('also when the clock is set to before it holds', 'DOWN CLOCK', gate.heard())
    one.close()
    gate.end()

    use_certificate(k['own'].dated('own-soon', days(-1), days(1)))
    gate = a_day_passes(k, clock, k['friend'], 'DOWN OWN_CERTIFICATE')
    same('then nobody comes in', 'closed', ends(gate.tls(k['friend'])))
    ok('without a word to core', gate.core.quiet(2.5))
    same('nor is it counted as somebody', (0, ''), gate.core.knocked)
    set_clock(clock, 0)
    same('with the clock set right it waits again', 'DOWN LISTENING', gate.heard())
    one = gate.tls(k['friend'])
    same('and who comes, comes in', 'UP theirs', gate.heard())
    one.close()
    gate.end()
    set_clock(clock, 86400 + 3600)
    gate = Gate(home, FIRST, SECOND, listens=False, connect='far.example:7100', clock=clock)
    gate.tell_link(k['friend'].pin)
    same('who dials with one that has run out says so first', 'DOWN OWN_CERTIFICATE', gate.heard())
    dialled(gate, k['friend'], os.path.join(home, 'tls', 'peer.crt'))
    ok('and nothing else', gate.core.quiet())
    same('the gate lives', True, gate.lives())
    gate.end()
    use_certificate(k['own'])


# ---- HTTP ----

class Core(threading.Thread):
    """Answers GET as core would; keeps what it was asked."""

    def __init__(self, gate):
        super().__init__(daemon=True)
        self.gate, self.asked, self.is_over = gate, [], False
        self.start()

    def run(self):
        while not self.is_over:
            message = self.gate.core.read(0.2)
            if not message or message[0] != 'GET':
                continue
            parts = Parts(message[2])
            method, path, body = parts.bytes(), parts.bytes(), parts.bytes()
            self.asked.append((method.decode(), path.decode(), body))
            if path == b'/checkpoint':
                answer = (200, 'text/plain; charset=utf-8', b'origin\n5\nhash\n')
            elif path == b'/tile/0/000':
                answer = (200, 'application/octet-stream', bytes(range(256)) * 32)
            elif method == b'POST':
                answer = (409, 'text/x.tlog.size', b'17\n')
            else:
                answer = (404, 'text/plain', b'')
            if path == b'/tile/7/007':
                continue  # never answered
            self.gate.core.send('GOT', message[1], struct_got(*answer))

    def stop(self):
        self.is_over = True
        self.join()


def struct_got(status, kind, body):
    return status.to_bytes(2, 'big') + peer_rig.sized(kind) + peer_rig.sized(body)


def curl(k, key, gate, *words):
    made = subprocess.run(['curl', '-sk', '--max-time', '10', '--cert', k[key].crt, '--key', k[key].key, *words],
                          capture_output=True)
    return made.returncode, made.stdout


def over_http(k):
    gate = start(k)
    core = Core(gate)
    at = f'https://127.0.0.1:{gate.port}'
    same('curl reads the checkpoint', (0, b'origin\n5\nhash\n'), curl(k, 'friend', gate, at + '/checkpoint'))
    same('and a tile, byte for byte', (0, bytes(range(256)) * 32), curl(k, 'friend', gate, at + '/tile/0/000'))
    code, said = curl(k, 'friend', gate, '-w', '%{num_connects} ', '-o', '/dev/null', '-o', '/dev/null',
                      at + '/checkpoint', at + '/checkpoint')
    same('two requests over one connection', (0, b'1 0 '), (code, said))
    proof = b'old 5\n' + b'A' * 3000 + b'\n\nnote\n'
    with open(os.path.join(keys, 'body'), 'wb') as f:
        f.write(proof)
    code, said = curl(k, 'friend', gate, '-i', '--data-binary', '@' + os.path.join(keys, 'body'),
                      at + '/add-checkpoint')
    ok('a witness is asked and its status comes back', b'HTTP/1.1 409 Conflict\r\n' in said and
       b'Content-Type: text/x.tlog.size\r\n' in said and said.endswith(b'\r\n\r\n17\n'), said)
    same('core had the whole body', ('POST', '/add-checkpoint', proof), core.asked[-1])
    code, said = curl(k, 'friend', gate, '-i', '-H', 'Expect: 100-continue', '--data-binary',
                      '@' + os.path.join(keys, 'body'), at + '/add-checkpoint')
    ok('who waits to be asked for the body is', b'100 Continue' in said and b'409 Conflict' in said, said)
    for key in ('other', 'past', 'future'):
        code, said = curl(k, key, gate, at + '/checkpoint')
        ok(f'with {key} curl gets nothing', code != 0 and said == b'', (code, said))
    asked = len(core.asked)
    requests(gate, k)
    same('core was asked for what is one, and for nothing else', asked + 6, len(core.asked))
    one_by_one(gate, k, core)
    core.stop()
    same('the gate lives', True, gate.lives())
    gate.end()


def talk(gate, k, data, alpn=('http/1.1',), wait=3):
    """All that comes back until the end, or until nothing more comes."""
    sock = gate.tls(k['friend'], alpn=alpn)
    sock.settimeout(wait)
    back = b''
    try:
        sock.sendall(data)
        while True:
            part = sock.recv(65536)
            if not part:
                return back, 'closed'
            back += part
    except TimeoutError:
        return back, 'open'
    except (ssl.SSLError, ConnectionError):
        return back, 'closed'


def requests(gate, k):
    host = b'Host: x\r\n'
    rows = (
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'Connection: close\r\n\r\n', 200),
        (b'GET /checkpoint HTTP/1.0\r\n' + host + b'\r\n', 200),
        (b'GET /tile/5/000 HTTP/1.1\r\n' + host + b'Connection: x, Close\r\n\r\n', 404),
        (b'GET / HTTP/1.1\r\n' + host + b'\r\n', 404),
        (b'GET /../seam.conf HTTP/1.1\r\n' + host + b'\r\n', 404),
        (b'GET /%63heckpoint HTTP/1.1\r\n' + host + b'\r\n', 404),
        (b'GET /checkpoint? HTTP/1.1\r\n' + host + b'\r\n', 404),
        (b'GET /tile/0/0 HTTP/1.1\r\n' + host + b'\r\n', 404),
        (b'POST /checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 0\r\n\r\n', 405),
        (b'GET /add-checkpoint HTTP/1.1\r\n' + host + b'\r\n', 405),
        (b'HEAD /checkpoint HTTP/1.1\r\n' + host + b'\r\n', 405),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'\r\n', 411),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 64001\r\n\r\n', 413),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 64000\r\nConnection: close\r\n\r\n' +
         b'z' * 64000, 409),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 99999999999999999999\r\n\r\n', 413),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Content-Length: -1\r\n\r\n', 400),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 411),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host +
         b'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400),
        (b'POST /add-checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400),
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'Content-Length: 1\r\n\r\na', 400),
        (b'GET /checkpoint HTTP/1.1\r\n\r\n', 400),
        (b'GET /checkpoint HTTP/1.1\n' + b'Host: x\n\n', 400),
        (b'GET /checkpoint HTTP/1.1\r\nHost : x\r\n\r\n', 400),
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'A: b\r\n c\r\n\r\n', 400),
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'A: b\0c\r\n\r\n', 400),
        (b'GET /checkpoint HTTP/2.0\r\n' + host + b'\r\n', 505),
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'A: ' + b'x' * 70000 + b'\r\n\r\n', 431),
        (b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', None),
        (b'\r\n\r\nGET /checkpoint HTTP/1.1\r\n' + host + b'\r\n', 400),
        (b'\x00\x01\x02\x03' * 500, 400),
        # two at once: both are answered, in order
        (b'GET /checkpoint HTTP/1.1\r\n' + host + b'\r\nGET /tile/0/000 HTTP/1.1\r\n' + host +
         b'Connection: close\r\n\r\n', 200),
    )
    for i, (data, want) in enumerate(rows):
        back, state = talk(gate, k, data, alpn=None if i % 2 else ('http/1.1',))
        got = int(back[9:12]) if back[:9] == b'HTTP/1.1 ' and back[9:12].isdigit() else None
        good = (got == want or (want is None and got in (400, 405, 501, 505))) and state == 'closed'
        ok(f'{data[:60]!r}: {want}', good, (back[:200], state))
        if got == 405:
            ok('it says which method', b'\r\nAllow: ' in back, back)
    same('the two are answered in order', True,
         back.count(b'HTTP/1.1 200 OK') == 2 and back.endswith(bytes(range(256)) * 32) and b'origin' in back)


def one_by_one(gate, k, core):
    sock = gate.tls(k['friend'], alpn=('http/1.1',))
    for byte in b'POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde':
        sock.sendall(bytes([byte]))
    back = read_n(sock, 12)
    same('a request in single bytes', b'HTTP/1.1 409', back)
    same('is whole', ('POST', '/add-checkpoint', b'abcde'), core.asked[-1])
    sock.close()
    sock = gate.tls(k['friend'], alpn=('http/1.1',))
    asked = len(core.asked)
    sock.sendall(b'GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n' * 200)
    time.sleep(1)
    sock.close()
    ok('two hundred at once are answered one after the other', len(core.asked) <= asked + 200)
    sock = gate.tls(k['friend'], alpn=('http/1.1',))
    asked = len(core.asked)
    sock.sendall(b'GET /tile/7/007 HTTP/1.1\r\nHost: x\r\n\r\n')
    time.sleep(0.3)
    sock.sendall(b'GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n')
    time.sleep(0.3)
    same('while core thinks about one it is not asked for the next', asked + 1, len(core.asked))
    sock.close()
    sock = gate.tls(k['friend'], alpn=('http/1.1',))
    sock.sendall(b'GET /tile/7/007 HTTP/1.1\r\nHost: x\r\n\r\n')
    time.sleep(0.3)
    sock.close()  # while core is asked
    sock = gate.tls(k['friend'], alpn=('http/1.1',))
    sock.sendall(b'GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n')
    same('a client that has gone is no harm to the next', b'HTTP/1.1 200', read_n(sock, 12))
    if slow:
        sock = gate.tls(k['friend'], alpn=('http/1.1',))
        sock.sendall(b'GET /tile/7/007 HTTP/1.1\r\nHost: x\r\n\r\n')
        same('what core does not answer', b'HTTP/1.1 503', read_n(sock, 12, timeout=40))
        sock = gate.tls(k['friend'], alpn=('http/1.1',))
        sock.sendall(b'GET /check')
        same('half a request', b'HTTP/1.1 408', read_n(sock, 12, timeout=40))
        sock = gate.tls(k['friend'], alpn=('http/1.1',))
        same('no request', b'HTTP/1.1 408', read_n(sock, 12, timeout=70))


STORIES = (who_comes_in, lines, which_stays, broken_ends, crowds, slow_ends, poor_line, dialling, plain_service,
           both_ways, dates_that_end, over_http)

made = make_keys()
for story in STORIES:
    if len(sys.argv) < 4 or story.__name__ in sys.argv[3:]:
        story(made)
finish()
