"""A station's neighbour played by hand: it has the neighbour's keys (a copy of its home) and says what it likes over
a link, in the lines of doc/link.md. For test/84-*.sh to 86-*.sh.

    line.py HOME HOST:PORT < WORDS

WORDS, a line each, are done in turn:
    put LINE            a line of a bundle; prints "did OUTCOME WHY"
    say LINE            any other line
    hear WORD           waits for a line that begins with WORD and prints it
    answer WORD LINE    waits for a line that begins with WORD and says LINE (without printing)
    wait SECONDS

Also the tools to forge with: keys(HOME) opens the key file as the station would, jws(...) signs.
"""
import base64
import ctypes
import json
import os
import socket
import ssl
import sys
import time


def b64u(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def unb64u(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def sodium():
    lib = ctypes.CDLL('libsodium.so.23')
    assert lib.sodium_init() >= 0
    return lib


def keys(home):
    """{(name, number): seed} of HOME/station.key, with HOME/passphrase."""
    lib, row = sodium(), {}
    with open(os.path.join(home, 'station.key'), encoding='ascii') as f:
        for line in f.read().splitlines()[1:]:
            name, _, value = line.partition(' ')
            row[name] = value
    with open(os.path.join(home, 'passphrase'), 'rb') as f:
        passphrase = f.read().removesuffix(b'\n')
    key, box = ctypes.create_string_buffer(32), base64.b64decode(row['box'])
    plain = ctypes.create_string_buffer(len(box) - 16)
    assert lib.crypto_pwhash(key, ctypes.c_ulonglong(32), passphrase, ctypes.c_ulonglong(len(passphrase)),
                             base64.b64decode(row['salt']), ctypes.c_ulonglong(int(row['ops'])),
                             ctypes.c_size_t(int(row['mem'])), 2) == 0
    assert lib.crypto_secretbox_open_easy(plain, box, ctypes.c_ulonglong(len(box)), base64.b64decode(row['nonce']),
                                          key) == 0
    rows = (line.split(' ') for line in plain.raw.decode().splitlines())
    return {(name, int(number)): base64.b64decode(seed) for name, number, seed in rows}


def sign(seed, message):
    lib = sodium()
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    assert lib.crypto_sign_seed_keypair(public, secret, seed) == 0
    signature = ctypes.create_string_buffer(64)
    assert lib.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), secret) == 0
    return signature.raw


def parts(jws):
    """Header and payload of a JWS."""
    header, payload, _ = jws.split('.')
    return json.loads(unb64u(header)), json.loads(unb64u(payload))


def jws(header, payload, seed):
    text = '.'.join(b64u(json.dumps(part, separators=(',', ':')).encode()) for part in (header, payload))
    return text + '.' + b64u(sign(seed, text.encode()))


class Line:
    def __init__(self, home, address):
        host, port = address.rsplit(':', 1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(os.path.join(home, 'tls/peer.crt'), os.path.join(home, 'tls/peer.key'))
        context.set_alpn_protocols(['seam-link/1'])
        self.sock = context.wrap_socket(socket.create_connection((host, int(port)), timeout=20))
        self.file = self.sock.makefile('rb')
        self.puts = 0
        with open(os.path.join(home, 'seam.conf'), encoding='utf-8') as f:
            self.own = next(line.split()[1] for line in f if line.startswith('station '))
        self.say(f'hello 1 {self.own} {int(time.time() * 1000)}')

    def say(self, text):
        self.sock.sendall(text.encode() + b'\n')

    def read(self):
        """The next line, also of what it puts itself, which is answered as known."""
        text = self.file.readline().decode().rstrip('\n')
        if text == '':
            raise SystemExit('the line was closed')
        if text.startswith('put '):
            self.say('did ' + text.split(' ')[1] + ' known - -')
        return text

    def hear(self, word):
        while True:
            text = self.read()
            if text.split(' ')[0] == word:
                return text

    def put(self, text):
        self.puts += 1
        self.say(f'put {self.puts} {text}')
        while True:
            words = self.hear('did').split(' ')
            if words[1] == str(self.puts):
                return ' '.join(words[2:4])


def main():
    line = Line(sys.argv[1], sys.argv[2])
    line.hear('hello')
    for text in sys.stdin:
        word, _, rest = text.rstrip('\n').partition(' ')
        if word == 'put':
            print('did', line.put(rest), flush=True)
        elif word == 'say':
            line.say(rest)
        elif word == 'hear':
            print(line.hear(rest), flush=True)
        elif word == 'answer':
            heard, _, answer = rest.partition(' ')
            line.hear(heard)
            line.say(answer)
        elif word == 'wait':
            time.sleep(float(rest))


if __name__ == '__main__':
    main()
