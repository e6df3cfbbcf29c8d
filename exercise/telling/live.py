"""The day, live: stations of three parties over links, each row of the script filed when its time has come.

What is checked stands in Day.reactions(): the expected reactions of expected.csv that the programs can show
today, each asked of the station itself.
"""

import datetime
import shutil
import socket
import time

from telling.stage import Fault, Station, dtg

ARRIVE_S = 60
STEP_S = 0.03


def free_ports(n):
    """Ports nobody has at this moment; held open together, so that none comes twice."""
    held = [socket.socket() for _ in range(n)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def ms_of(iso):
    return 1000 * int(datetime.datetime.fromisoformat(iso).timestamp())


def until(question, want=True, seconds=ARRIVE_S):
    """Asks until the answer is the wanted one; the last answer in any case."""
    end = time.monotonic() + seconds
    while (answer := question()) != want and time.monotonic() < end:
        time.sleep(STEP_S)
    return answer


class Day:
    """Items of the script from the first to the last, with what each should bring about."""

    def __init__(self, stage, screen, claim, last):
        self.stage, self.screen, self.claim, self.last = stage, screen, claim, last
        self.a, self.b, self.c = stage.a, stage.b, stage.c
        self.cut = False
        self.given = []  # (item, station, label, id)
        self.begun = {}  # label: (when the script has its row, when this day began and ended to file it), ms
        self.links = []  # (listener, dialler, port)
        self.queued_at_cut = 0

    # ---- links ----
    def link_all(self):
        pairs = [(x, y) for i, x in enumerate(self.stage.all) for y in self.stage.all[i + 1:]]
        self.links = [(x, y, port) for (x, y), port in zip(pairs, free_ports(len(pairs)))]
        for link in self.links:
            self.link(link)
        up = until(lambda: all(self.is_up(s) for s in self.stage.all))
        self.claim("every station has a link with each other one, over mutual TLS with pinned keys", up,
                   [s.ask("link", "list") for s in self.stage.all])

    @staticmethod
    def link(link):
        listener, dialler, port = link
        listener.run("link", "add", dialler.name, "--listen", f"127.0.0.1:{port}")
        dialler.run("link", "add", listener.name, "--connect", f"127.0.0.1:{port}")

    @staticmethod
    def unlink(link):
        listener, dialler, _ = link
        listener.run("link", "remove", dialler.name)
        dialler.run("link", "remove", listener.name)

    def is_up(self, station):
        states = [link["state"] for link in station.ask("status")["links"]]
        return len(states) == len(self.stage.all) - 1 and all(s == "up" for s in states)

    # ---- the day ----
    def play(self):
        for event in self.stage.events:
            if int(event["n"]) > self.last:
                break
            self.react(int(event["n"]) - 1, before=event)
            self.screen.pass_time(self.seconds_until(event), lambda: dtg(self.stage.now_ms()))
            self.act(event)
        self.react(self.last)

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
            return self.inject(word, event)
        station = self.station_of(event["station"])
        if event["action"] in ("report shift",) and station.name != event["station"]:
            return None  # one station has one watch
        if action == "amend" and event["thread"] not in self.stage.labels:
            return None
        self.wait_for_refs(station, event)
        began = self.stage.now_ms()
        filed = station.ask("--duty", event["duty"], *self.stage.words(event))
        self.stage.remember(event, filed["id"])
        if event["thread"]:
            self.begun[event["thread"]] = (ms_of(event["time"]), began, self.stage.now_ms())
        self.given.append((int(event["n"]), station, event, filed))
        self.screen.filed(event["n"], dtg(self.stage.now_ms()), station.name, event["action"].split(" ")[-1],
                          filed["parties"])
        return None

    def station_of(self, name):
        """Where a party has one station only, that one plays all rows of its party."""
        by_name = [s for s in self.stage.all if s.name == name]
        return (by_name or [s for s in self.stage.all if s.party == name.split("/")[0]])[0]

    def wait_for_refs(self, station, event):
        """A row that answers another waits until its station holds that."""
        for label in self.refs(event):
            id_ = self.stage.labels.get(label)
            if id_ and not until(lambda: station.run("show", id_, ok=False)[0] == 0):
                raise Fault(f"item {event['n']}: {station.name} does not hold {label}")

    def inject(self, word, event):
        if word == "link-down":
            for link in self.links:
                self.unlink(link)
            self.cut = True
            self.screen.say(f"{dtg(self.stage.now_ms())}  all links are cut", 0)
        elif word == "link-up":
            self.queued_at_cut = sum(p["queued"] for s in self.stage.all for p in s.ask("status")["parties"])
            for link in self.links:
                self.link(link)
            self.cut = False
            self.screen.say(f"{dtg(self.stage.now_ms())}  the links are back; {self.queued_at_cut} deliveries wait", 0)
        else:
            self.screen.say(f"{dtg(self.stage.now_ms())}  {word}: waits for later work", 0)

    # ---- what should come of it ----
    def react(self, item, before=None):
        """Runs the checks of all items up to this one that were not run yet."""
        for number, check in self.reactions():
            if number <= item and check.__name__ not in self.done:
                if before is not None and int(before["n"]) <= number:
                    continue
                self.done.add(check.__name__)
                check()

    done = frozenset()

    def alerts(self, station, rule, state=None):
        rows = station.ask("list", "--kind", "alert", "--limit", "1000")
        return [r for r in rows if r["station"] == station.name and r["fields"].get("rule") == rule
                and (state is None or r["fields"].get("state") == state)]

    def cited(self, station, rule, *labels, state=None):
        """Alerts of a rule that rest on all of these records, in any of their versions."""
        found = []
        for row in self.alerts(station, rule, state):
            cites = row["fields"].get("cites", "").split(",")
            threads = {station.show(c)["record"]["thread"] for c in cites if c}
            want = {station.show(self.stage.labels[label])["record"]["thread"] for label in labels}
            if want <= threads:
                found.append(row)
        return found

    def reactions(self):
        return [(1, self.countersigned), (2, self.coverage), (5, self.crossing), (6, self.warned), (8, self.conflict), (9, self.conflict_ends),
                (17, self.climbed), (18, self.late_answer), (18, self.chain), (18, self.linked), (19, self.request_done), (21, self.information),
                (24, self.medevac), (28, self.stale), (31, self.undelivered), (32, self.caught_up),
                (33, self.night_chain), (38, self.corridor), (41, self.near_miss), (43, self.range_of_losses),
                (44, self.losses)]

    def countersigned(self):
        def reached():
            rows = [s.ask("status") for s in self.stage.all]
            return all(r["countersigned"] > 0 for r in rows)
        self.claim("1   the first head of each log is countersigned by the others", until(reached))

    def crossing(self):
        id_ = self.stage.labels["@crossing"]
        got = until(lambda: self.a.run("show", id_, ok=False)[0] == 0)
        fields = self.a.show(id_)["record"]["fields"] if got else {}
        self.claim("5   A has the crossing as a square of 10 km, and no source",
                   len(fields.get("place", "").split("37SGA")[-1]) == 2 and "source" not in fields, fields)

    def conflict(self):
        for station in (self.a, self.b):
            got = until(lambda: bool(self.cited(station, "conflict", "@patrol-a", "@patrol-b")))
            self.claim(f"8   two patrols in each other's way: an alert at {station.name}", got,
                       self.alerts(station, "conflict"))

    def conflict_ends(self):
        for station in (self.a, self.b):
            got = until(lambda: bool(self.alerts(station, "conflict", "closed"))
                        and not self.alerts(station, "conflict", "open"))
            self.claim(f"9   B moved its window: the alert at {station.name} ended by itself", got,
                       self.alerts(station, "conflict"))

    def chain(self):
        def found():
            return bool(self.cited(self.a, "chain", "@crossing", "@on-foot", "@with-animal"))
        got = until(found)
        rows = self.cited(self.a, "chain", "@crossing", "@on-foot", "@with-animal")
        self.claim("15  the chain 5-13-14 across 42 E raises one alert at A, with its doubt",
                   got and len(rows) == 1 and "civilian" in rows[0]["fields"]["text"],
                   self.alerts(self.a, "chain"))
        self.screen.say("    " + rows[0]["fields"]["text"], 0)

    def climbed(self):
        def step():
            return max([int(r["fields"]["number"]) for r in self.alerts(self.b, "unanswered")
                        if r["fields"].get("severity") == "red"] or [0])
        self.claim("17  nobody at B has answered: its own ladder reaches its second step", until(lambda: step() >= 2),
                   self.alerts(self.b, "unanswered"))

    def late_answer(self):
        """As late as the script has it, and no later than this machine took to play it."""
        id_ = self.stage.labels["@chain"]
        until(lambda: len(self.c.show(id_)["answers"]) == 2)
        filed = self.c.show(id_)["record"]["filed_ms"]
        took = {a["station"][0]: round((a["at_ms"] - filed) / 60000) for a in self.c.show(id_)["answers"]}
        most = {p: (self.begun[f"@chain-{p}"][2] - self.begun["@chain"][1]) / 60000 + 1 for p in "ab"}
        self.claim("18  A answered in about 15 minutes, B late in about 34",
                   14 <= took.get("a", 0) <= most["a"] and 33 <= took.get("b", 0) <= most["b"], (took, most))

    def request_done(self):
        id_ = self.stage.labels["@eod"]
        got = until(lambda: [a["answer"] for a in self.a.show(id_)["answers"]] == ["committed", "done"])
        self.claim("19  the request went from asked to committed to done", got, self.a.show(id_)["answers"])

    def information(self):
        id_ = self.stage.labels["@rfi-answer"]
        got = until(lambda: self.a.run("show", id_, ok=False)[0] == 0)
        place = self.a.show(id_)["record"]["fields"].get("place", "") if got else ""
        self.claim("21  A has B's answer at the square of 10 km", place == "38SMD45", place)

    def medevac(self):
        id_ = self.stage.labels["@medevac-b"]
        got = until(lambda: [a["answer"] for a in self.b.show(id_)["answers"]][-1:] == ["on_the_way"])
        self.claim("24  the evacuation is on its way, and B knows", got, self.b.show(id_)["answers"])

    def stale(self):
        def standing():
            return [link["station"] for s in self.stage.all for link in s.ask("status")["links"]]
        self.claim("28  every station says that its links are gone", until(standing, []) == [], standing())

    def undelivered(self):
        id_ = self.stage.labels["@dawn"]
        states = {p["party"]: p["state"] for p in self.c.show(id_)["parties"] if p["party"] in "ab"}
        self.claim("31  C's warning cannot be delivered: A is told by telephone, towards B it waits",
                   states == {"a": "told", "b": "queued"}, states)
        got = until(lambda: any("call them: it has not arrived" in r["fields"]["text"] and id_ in r["fields"].get("cites", "")
                                for r in self.alerts(self.c, "unanswered")))
        self.claim("31  and C's own rule says that it has not arrived: call them", got,
                   self.alerts(self.c, "unanswered"))

    def caught_up(self):
        def all_there():
            rows = [p for s in self.stage.all for p in s.ask("status")["parties"]]
            return sum(p["queued"] + p["exported"] for p in rows)
        left = until(all_there, 0, 40)
        self.claim(f"32  the {self.queued_at_cut} deliveries that waited flowed both ways", left == 0
                   and self.queued_at_cut > 0, left)
        night = [f for f in self.given if 28 < f[0] < 32 and f[2]["thread"] in ("@five-men", "@motorbikes", "@dawn")]
        late = [s.show(f["id"])["record"]["late"] for _, at, _, f in night for s in self.stage.all
                if s is not at and s.run("show", f["id"], ok=False)[0] == 0]
        self.claim("32  each is marked late, none came twice, none is missing",
                   late and all(late) and not any(st["gaps"] for s in self.stage.all
                                                  for st in s.ask("status")["stations"]), late)

    def night_chain(self):
        for station in (self.a, self.b):
            got = until(lambda: bool(self.cited(station, "chain", "@five-men", "@motorbikes")))
            self.claim(f"33  the two sightings of the night join to one alert at {station.name}", got,
                       self.alerts(station, "chain"))

    def corridor(self):
        shown = self.b.show(self.stage.labels["@reaction"])
        got = until(lambda: [a["answer"] for a in self.b.show(self.stage.labels["@reaction"])["answers"]]
                    == ["seen", "concur"])
        self.claim("38  seen, then concur: only then may B's force cross", got, shown["answers"])

    def killed(self, station):
        """The range of A's own killed, as this station shows it."""
        shown = station.show(self.stage.labels["@attack"])
        return [r["text"] for r in shown.get("losses", []) if r["figure"] == "killed" and r["group"] != "attacker"]

    def range_of_losses(self):
        got = until(lambda: [t[:3] for t in self.killed(self.a)], ["2-3"])
        self.claim("43  two or three killed, with both sources", got == ["2-3"], got)

    def losses(self):
        got = until(lambda: self.killed(self.a), ["3"])
        self.claim("44  three killed, as A confirms", got == ["3"], got)
        rows = self.a.show(self.stage.labels["@attack"])["losses"]
        several = [r["text"] for r in rows if r["group"] == "attacker"]
        self.claim("44  of the attackers several: a word, never a number", several == ["several"], rows)

    # ---- what stays at home, and what stands ----
    def coverage(self):
        def counts():
            return [len(s.ask("list", "--kind", "coverage", "--party", "a")) > 0 for s in (self.a, self.b, self.c)]
        got = until(counts, [True, False, False])
        self.claim("2   what A covers shows at A alone", got == [True, False, False], got)

    def warned(self):
        id_ = self.stage.labels["@east"]
        held = until(lambda: all(s.run("show", id_, ok=False)[0] == 0 for s in (self.a, self.b)))
        fields = [s.show(id_)["record"]["fields"] for s in (self.a, self.b)] if held else []
        self.claim("6   C's warning stands on the pictures of A and B with its window",
                   held and all("window" in f for f in fields), fields)

    def linked(self):
        row = self.a.show(self.stage.labels["@eod"])["record"]["fields"]
        self.claim("11  the request stands, tied to the report it is about",
                   row.get("incident") == self.stage.labels["@uxo"], row)

    def near_miss(self):
        ids = [self.stage.labels[label] for label in ("@near-miss-a", "@near-miss-b")]
        got = until(lambda: len({self.a.show(i)["record"]["incident"] for i in ids if
                                 self.a.run("show", i, ok=False)[0] == 0}) == 1)
        self.claim("41  the near miss stands in two versions, one incident, none chosen", got)
