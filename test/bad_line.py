#!/usr/bin/env python3
"""A line between two networks that loses packets, late, narrow, and away now and then.

  bad_line.py --try
  bad_line.py BITS_PER_S DELAY_MS LOSS_PERCENT QUEUE CUT_S CUTS

Both ends are networks of this machine: the near one (192.0.2.1) is the one this runs in, which must be new
(unshare -n), the far one (192.0.2.2) its own: `nsenter --net=/proc/PID/ns/net` leads into it. What each kernel sends
waits in a queue of so many packets (what finds it full is gone), leaves it at so many bits a second, is lost by
chance, the same packets in every run, and comes out at the other end so late. It is IP packets that are lost, so both
kernels have to send again, each by the oldest rule (reno), which every kernel knows.

CUT_S seconds after the first packet, and after each cut, the line is cut: nothing gets through and nobody is told.
CUTS says for how many seconds, in turn: "3r,5" is three, five, three …, and "3r,5,-" only these two. After one with an
"r" the line no longer knows the connections from before and answers their packets with a reset, as a modem does that
had to dial anew.

Prints "ready" when both networks are joined, a line for each cut, and at its end (SIGTERM) what became of the packets,
the near end's first. --try does nothing but join and says why it cannot. Ends with whoever started it.
"""
import ctypes
import fcntl
import itertools
import os
import random
import select
import signal
import socket
import struct
import sys
import time
from collections import deque

NEAR, FAR = "192.0.2.1", "192.0.2.2"
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFDSTADDR = 0x8913, 0x8914, 0x8916, 0x8918
IFF_UP, IFF_RUNNING = 0x1, 0x40
TCP, SYN, RST, ACK = 6, 0x02, 0x04, 0x10
PACKET_MAX = 65536
COUNTED = ("sent", "lost", "full", "cut", "reset", "came", "bytes")

libc = ctypes.CDLL(None, use_errno=True)


# ---- networks ----

def leave_network():
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network of its own")


def set_address(control, request, name, address):
    sockaddr = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
    fcntl.ioctl(control, request, struct.pack("16s16s8x", name, sockaddr))


def refuse_used():
    """In a network that was just made not even its own loop is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        told = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16s24x", b"lo"))
    if struct.unpack("16xH22x", told)[0] & IFF_UP:
        raise OSError("this network is in use (unshare -n makes one)")


def bring_up(control, name):
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name, IFF_UP | IFF_RUNNING))


def open_end(own, other):
    """A tun device in the network this process is in now."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        set_address(control, SIOCSIFADDR, b"line", own)
        set_address(control, SIOCSIFDSTADDR, b"line", other)
        bring_up(control, b"line")
        bring_up(control, b"lo")
    return tun


def choose_rule():
    with open("/proc/sys/net/ipv4/tcp_congestion_control", "w") as rule:
        rule.write("reno")


def join():
    refuse_used()
    near = open_end(NEAR, FAR)
    choose_rule()
    leave_network()
    choose_rule()
    return near, open_end(FAR, NEAR)


# ---- packets ----

def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_of(packet):
    """Where the TCP header begins; None: it is no whole TCP over IPv4."""
    start = (packet[0] & 15) * 4
    return start if packet[9] == TCP and len(packet) >= start + 20 else None


def flow_of(packet, start):
    ends = (packet[12:16] + packet[start:start + 2], packet[16:20] + packet[start + 2:start + 4])
    return min(ends), max(ends)


def reset_for(packet, start):
    """What tells the sender of this packet that its connection is no more."""
    source, to = packet[12:16], packet[16:20]
    head = packet[start + 2:start + 4] + packet[start:start + 2] + packet[start + 8:start + 12]
    tcp = head + struct.pack("!IBBHHH", 0, 5 << 4, RST, 0, 0, 0)
    pseudo = to + source + struct.pack("!BBH", 0, TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, TCP, 0) + to + source
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


# ---- the line ----

class Way:
    """One direction: a queue, a narrow place, chance, and a long road."""

    def __init__(self, tun, out, bits, delay, loss, size, seed):
        self.tun, self.out, self.bits, self.delay, self.loss, self.size = tun, out, bits, delay, loss, size
        self.chance = random.Random(seed)
        self.queue, self.road, self.free_at = deque(), deque(), 0.0
        self.count = dict.fromkeys(COUNTED, 0)

    def take(self, packet, now):
        self.count["sent"] += 1
        if len(self.queue) >= self.size:
            self.count["full"] += 1
            return
        if not self.queue:
            self.free_at = max(self.free_at, now) + len(packet) * 8 / self.bits
        self.queue.append(packet)

    def move(self, now, is_cut):
        while self.queue and self.free_at <= now:
            packet = self.queue.popleft()
            is_lost = self.chance.uniform(0, 100) < self.loss
            if is_cut:
                self.count["cut"] += 1
            elif is_lost:
                self.count["lost"] += 1
            else:
                self.road.append((self.free_at + self.delay, packet))
            if self.queue:
                self.free_at += len(self.queue[0]) * 8 / self.bits
        while self.road and self.road[0][0] <= now:
            self.give(self.road.popleft()[1])

    def give(self, packet):
        self.count["came"] += 1
        self.count["bytes"] += len(packet)
        put(self.out, packet)

    def cut(self):
        """What was on its way does not arrive."""
        self.count["cut"] += len(self.road)
        self.road.clear()

    def next(self):
        times = [self.free_at] if self.queue else []
        return min(times + [self.road[0][0]] if self.road else times, default=None)


def put(tun, packet):
    try:
        os.write(tun, packet)
    except OSError:
        pass  # an end that is down takes nothing


class Line:
    def __init__(self, near, far, bits, delay, loss, size, cut_s, cuts):
        self.ways = (Way(near, far, bits, delay, loss, size, 1), Way(far, near, bits, delay, loss, size, 2))
        self.cut_s, self.cuts, self.coming, self.cuts_n = cut_s, cuts, next(cuts), 0
        self.is_begun, self.is_cut, self.forgets = False, False, False
        self.turn_at = None  # when the next cut begins or this one ends; None: never
        self.known = None  # connections since the last reset; None: all

    def start_cut(self):
        self.is_cut = True
        self.cuts_n += 1
        seconds, self.forgets = self.coming
        self.turn_at += seconds
        print(f"cut for {seconds:g} s{', then reset' if self.forgets else ''}", flush=True)
        for way in self.ways:
            way.cut()

    def end_cut(self):
        self.is_cut = False
        if self.forgets:
            self.known = set()
        self.coming = next(self.cuts, None)
        self.turn_at = self.turn_at + self.cut_s if self.coming else None

    def is_reset(self, way, packet):
        start = tcp_of(packet)
        if self.known is None or self.is_cut or start is None:
            return False
        flow, flags = flow_of(packet, start), packet[start + 13]
        if flags & SYN:
            self.known.add(flow)
        if flow in self.known or flags & RST or not flags & ACK:
            return False
        way.count["reset"] += 1
        put(way.tun, reset_for(packet, start))
        return True

    def read(self, way, now):
        while True:
            try:
                packet = os.read(way.tun, PACKET_MAX)
            except BlockingIOError:
                return
            if len(packet) < 20 or packet[0] >> 4 != 4:
                continue  # what a kernel says of itself over IPv6
            if not self.is_begun:
                self.is_begun, self.turn_at = True, now + self.cut_s
            if not self.is_reset(way, packet):
                way.take(packet, now)

    def run(self, stop):
        poll = select.poll()
        for fd in (self.ways[0].tun, self.ways[1].tun, stop):
            poll.register(fd, select.POLLIN)
        while True:
            now = time.monotonic()
            for way in self.ways:
                self.read(way, now)
            while self.turn_at is not None and self.turn_at <= now:
                if self.is_cut:
                    self.end_cut()
                else:
                    self.start_cut()
            for way in self.ways:
                way.move(now, self.is_cut)
            times = [at for at in (self.turn_at, *(way.next() for way in self.ways)) if at is not None]
            wait = max(0, min(times) - time.monotonic()) * 1000 + 1 if times else None
            if any(fd == stop for fd, _ in poll.poll(wait)):
                return

    def tell(self):
        for what in COUNTED:
            print(what, *(way.count[what] for way in self.ways))
        print("cuts", self.cuts_n, flush=True)


def read_cuts(text):
    words = text.split(",")
    is_once = words[-1] == "-"
    cuts = [(float(word.rstrip("r")), word.endswith("r")) for word in words if word != "-"]
    return iter(cuts) if is_once else itertools.cycle(cuts)


def main():
    try:
        ends = join()
    except OSError as error:
        sys.exit(f"bad_line.py: {error}")
    if sys.argv[1:] == ["--try"]:
        return
    bits, delay_ms, loss, size, cut_s = map(float, sys.argv[1:6])
    line = Line(*ends, bits, delay_ms / 1000, loss, size, cut_s, read_cuts(sys.argv[6]))
    stop, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGTERM, lambda *_: None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    print("ready", flush=True)
    line.run(stop.fileno())
    line.tell()


main()
