"""The day, live: stations of three parties over links, each row of the script filed when its time has come.

What should come of it is asked in reactions.py.
"""

import concurrent.futures
import json
import socket
import time

from telling.cable import Cable
from telling.reactions import Reactions, ms_of, until
from telling.stage import Fault, dtg

LATE_MIN = 15  # of the exercise: a row that is filed later than this after its time is told
ROUNDS = 10
UNSEEN = "seen by nobody of this party"


def free_ports(n):
    """Ports nobody has at this moment; held open together, so that none comes twice."""
    held = [socket.socket() for _ in range(n)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Day(Reactions):
    """Items of the script from the first to the last, with what each should bring about."""

    def __init__(self, stage, screen, claim, last):
        self.stage, self.screen, self.last = stage, screen, last
        self.say_claim = claim
        self.a, self.b, self.c = stage.a, stage.b, stage.c
        self.given = []  # (item, station, row of the script, what the station said)
        self.begun = {}  # label: (when the script has its row, when this day began and ended to file it), ms
        self.links = []  # (listener, dialler, cable)
        self.lateness = []  # (ms after the time of the script, item)
        self.cut_ms = None  # real time
        self.queued_at_cut = 0
        self.refused = {}  # station: what it said to a handover too early
        self.done = set()
        self.shown = set()
        self.missed = {}

    def claim(self, text, holds, seen=""):
        """Items that a claim begins with are shown by it."""
        self.say_claim(text, holds, seen)
        number = text.split()[0]
        if number.isdigit():
            self.shown.add(int(number))

    def too_late(self, number, text):
        """This machine was too slow for what the script's own windows allow: said, not tried."""
        self.missed[number] = f"not tried, {text} at {dtg(self.stage.now_ms())}: this machine is too slow for the rate"
        self.screen.say(f"  {number}  {self.missed[number]}", 0)

    # ---- links ----
    def link_all(self):
        pairs = [(x, y) for i, x in enumerate(self.stage.all) for y in self.stage.all[i + 1:]]
        for (listener, dialler), port in zip(pairs, free_ports(len(pairs))):
            cable = Cable(port)
            self.links.append((listener, dialler, cable))
            listener.run("link", "add", dialler.name, "--listen", f"127.0.0.1:{port}")
            dialler.run("link", "add", listener.name, "--connect", f"127.0.0.1:{cable.port}")
        up = until(lambda: all(self.is_up(s) for s in self.stage.all))
        self.claim("every station has a link with each other one, over mutual TLS with pinned keys", up,
                   [s.ask("link", "list") for s in self.stage.all])

    def is_up(self, station):
        states = [link["state"] for link in station.ask("status")["links"]]
        return len(states) == len(self.stage.all) - 1 and all(s == "up" for s in states)

    def cut(self):
        """The cables, not the links: these stand, and say why nothing comes."""
        self.cut_ms = int(time.time() * 1000)
        for _, _, cable in self.links:
            cable.cut()
        self.screen.say(f"{dtg(self.stage.now_ms())}  all cables are cut; the links stand", 0)

    def mend(self):
        """Another socket at the end of each cable: who dials is told, and need not wait for its next try."""
        self.queued_at_cut = sum(p["queued"] for s in self.stage.all for p in s.ask("status")["parties"])
        for _, _, cable in self.links:
            cable.mend()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda link: link[1].run("link", "add", link[0].name, "--connect",
                                                   f"127.0.0.1:{link[2].port}"), self.links))
        waiting = len(self.deliveries())
        sisters = sum(p == at.party for _, at, p in self.deliveries())
        self.screen.say(f"{dtg(self.stage.now_ms())}  the cables are mended; {waiting} deliveries of "
                        f"{len(self.in_the_dark())} records wait, {sisters} of them for sister stations. (The plan of "
                        "the exercise says 11 items: so many they are with the seven stations of --sites, and 8 with "
                        "three.)", 0)

    # ---- the day ----
    def play(self):
        for event in self.stage.events:
            if int(event["n"]) > self.last:
                break
            self.react(int(event["n"]) - 1, before=event)
            self.screen.pass_time(self.seconds_until(event), lambda: dtg(self.stage.now_ms()))
            self.lateness.append((self.stage.now_ms() - ms_of(event["time"]), event["n"]))
            self.act(event)
            if event["thread"] in self.after():
                self.after()[event["thread"]]()
        self.react(self.last)

    def schedule(self):
        """Whether the day kept the script's times."""
        worst, item = max(self.lateness)
        if worst <= LATE_MIN * 60000:
            return f"The day kept its schedule: no row was filed more than {LATE_MIN} minutes after its time."
        rows = sum(1 for late, _ in self.lateness if late > LATE_MIN * 60000)
        return (f"The day was LATE: {rows} of {len(self.lateness)} rows more than {LATE_MIN} minutes, at worst "
                f"{worst // 60000} minutes (item {item}). This machine is too slow for {self.stage.rate} times real "
                "time: --rate takes less.")

    @staticmethod
    def refs(event):
        """Labels of earlier rows that this one speaks of."""
        for part in event["fields"].split(" | "):
            name, _, value = part.strip().partition("=")
            if name in ("re", "incident", "link_to", "cites"):
                yield from value.split(",")
        if event["action"] == "amend":
            yield event["thread"]

    def seconds_until(self, event):
        """Its time in the script; on a slow machine no sooner after the rows that it speaks of than the script says."""
        at = due = ms_of(event["time"])
        for label in self.refs(event):
            if label in self.begun:
                scripted, _, ended = self.begun[label]
                due = max(due, ended + at - scripted)
        return max(0, (due - self.stage.now_ms()) / 1000 / self.stage.rate)

    def act(self, event):
        action, _, word = event["action"].partition(" ")
        if action == "inject":
            return self.inject(word)
        station = self.station_of(event["station"])
        if event["thread"].startswith("@shift"):
            return station.name == event["station"] and self.watch(station, event)  # one station has one watch
        self.wait_for_refs(station, event)
        began = self.stage.now_ms()
        filed = station.ask("--duty", event["duty"], *self.stage.words(event))
        self.stage.remember(event, filed["id"])
        if event["thread"]:
            self.begun[event["thread"]] = (ms_of(event["time"]), began, self.stage.now_ms())
        self.filed(event["n"], station, event, filed)
        if event["thread"] == "@rfi":
            self.second_question(station, event)
        return None

    def second_question(self, station, event):
        """Like the script's own, of another square; nobody is to answer it."""
        words = self.stage.words(event)
        words = [w.replace("38SMD45", "38SMD57") for w in words]
        self.besides(event["n"], station, event["duty"], "@rfi-2", *words)

    def filed(self, n, station, event, filed):
        self.given.append((int(n), station, event, filed))
        self.screen.filed(n, dtg(self.stage.now_ms()), station.name, event["action"].split(" ")[-1],
                          filed["parties"])

    def station_of(self, name):
        """Where a party has one station only, that one plays all rows of its party."""
        by_name = [s for s in self.stage.all if s.name == name]
        return (by_name or [s for s in self.stage.all if s.party == name.split("/")[0]])[0]

    def wait_for_refs(self, station, event):
        """A row that answers another waits until its station holds that."""
        for label in self.refs(event):
            id_ = self.stage.labels.get(label)
            if id_ and not until(lambda: station.look(id_) is not None):
                raise Fault(f"item {event['n']}: {station.name} does not hold {label}")

    def inject(self, word):
        if word == "link-down":
            self.cut()
        elif word == "link-up":
            self.mend()
        else:
            self.screen.say(f"{dtg(self.stage.now_ms())}  {word}: waits for later work", 0)

    def besides(self, n, station, duty, label, *words):
        """A row that the script does not have."""
        filed = station.ask("--duty", duty, *words)
        if label:
            self.stage.labels[label] = filed["id"]
        if any(p["state"] != "held_back" for p in filed["parties"]):
            self.filed(n, station, {"action": " ".join(words[:2]) if words[0] == "report" else words[0]}, filed)

    # ---- the watch ----
    def watch(self, station, event):
        """Opened; handed over when everything red was seen, and taken over by the other account."""
        if event["action"] == "report shift":
            filed = station.ask("shift", "open", event["text"])["filed"]
        else:
            filed = self.hand_over(station, event)
        self.stage.remember(event, filed["id"])
        self.filed(event["n"], station, event, filed)
        if event["action"] == "amend" and int(event["n"]) < self.last:
            station.by_second("shift", "open", "Taken over")

    def hand_over(self, station, event):
        for _ in range(ROUNDS):
            code, out, err = station.run("--json", "shift", "handover", event["text"], ok=False)
            said = json.loads(out) if out.strip() else {}
            if code == 0:
                return said["filed"]
            unseen = [item["id"] for item in said.get("items", []) if item["what"] == "unseen"]
            if not unseen and UNSEEN not in out + err:  # it may have turned red while the command ran
                raise Fault(f"{station.name}: seam shift handover\n  exit {code}: {err.strip()}")
            if unseen:
                self.refused.setdefault((int(event["n"]), station.name), (unseen, err.strip()))
            for id_ in unseen:
                self.besides(event["n"], station, "watch", "", "answer", id_, "seen")
        raise Fault(f"{station.name}: after {ROUNDS} rounds something red is still unseen")
