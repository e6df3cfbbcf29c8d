"""A cable between two stations on this machine: carries bytes until it is cut, and again once it is mended."""

import socket
import threading

PIECE = 1 << 16


class Cable:
    """What dials it reaches the port it leads to; while it is cut nothing listens and what stood is broken."""

    def __init__(self, leads_to):
        self.leads_to = leads_to
        self.lock = threading.Lock()
        self.pairs = set()
        self.open()

    def open(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, args=(self.listener,), daemon=True).start()

    def cut(self):
        with self.lock:
            listener, self.listener = self.listener, None
            pairs, self.pairs = self.pairs, set()
        if listener:
            close(listener)
        for pair in pairs:
            for end in pair:
                close(end)

    def mend(self):
        """It comes out at another socket: the side that dials has to be told."""
        self.open()

    def serve(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.leads_to))
            except OSError:
                close(near)
                continue
            pair = (near, far)
            with self.lock:
                if self.listener is not listener:
                    close(near)
                    close(far)
                    return
                self.pairs.add(pair)
            for one, other in (pair, pair[::-1]):
                threading.Thread(target=self.carry, args=(one, other, pair), daemon=True).start()

    def carry(self, one, other, pair):
        try:
            while piece := one.recv(PIECE):
                other.sendall(piece)
        except OSError:
            pass
        with self.lock:
            self.pairs.discard(pair)
        close(one)
        close(other)


def close(end):
    """Also for a thread that waits on it."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
