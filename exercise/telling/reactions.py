"""Expected reactions of expected.csv, items 1 to 45: each asked of the stations themselves.

A claim begins with its item's number. Of rows that the programs cannot show whole today WAITS says what waits; the
table at the end of the day is made of what was claimed and of that.
"""

import datetime
import re
import time

from telling.stage import dtg

ARRIVE_S = 60
STEP_S = 0.03
NOTHING = {"record": {"fields": {}, "incident": None, "late": False}, "parties": [], "answers": [], "losses": [],
           "versions": [], "course": {}}

WAITS = {
    4: "no rule looks for gaps in the coverage",
    13: "a suggestion of two sightings: the rule asks for two more after a crossing",
    15: "the chain is 138 km from the line, and the alert says so: it does not cross it",
    17: "step 2 is the liaison's (doc/rules.md); the director is step 3, at 1225, when B has answered",
    18: "monthly figures",
    19: "symbols",
    26: "suggestions of duplicates",
    27: "pages to print",
    33: "a suggested warning text; ten minutes are no measure at a thousand times real time",
    34: "words from the right: ./demo --night has them on its page",
    35: "texts for the public",
    39: "positions",
    40: "positions",
    41: "agendas",
    42: "at B C's report stands apart: C gives no tie to an incident that B does not hold as far as C knows",
    43: "at C B's report stands apart, for the same reason",
}


def ms_of(iso):
    return 1000 * int(datetime.datetime.fromisoformat(iso).timestamp())


def until(question, want=True, seconds=ARRIVE_S):
    """Asks until the answer is the wanted one; the last answer in any case."""
    end = time.monotonic() + seconds
    while (answer := question()) != want and time.monotonic() < end:
        time.sleep(STEP_S)
    return answer


def digits_of(place):
    """Digits of a square: 2 are 10 km, 4 are 1 km, 6 are 100 m."""
    return len(re.sub(r"^\d+[A-Z]+", "", place or ""))


class Reactions:
    """What a day is asked; the day has the stations, their labels and what was filed."""

    def reactions(self):
        return [(1, self.countersigned), (2, self.coverage), (5, self.crossing), (6, self.warned), (8, self.conflict),
                (9, self.conflict_ends), (11, self.linked), (13, self.zones), (16, self.b_is_open), (17, self.climbed),
                (18, self.late_answer), (18, self.chain), (19, self.request_done), (21, self.information),
                (24, self.medevac), (25, self.watch_is_kept), (26, self.not_merged), (27, self.red_question),
                (28, self.stale), (30, self.queued), (31, self.undelivered), (32, self.caught_up),
                (33, self.night_chain), (37, self.arrived_only), (38, self.corridor), (41, self.near_miss),
                (41, self.night_came), (41, self.words_stay), (41, self.losses_shared), (42, self.critical), (43, self.range_of_losses),
                (44, self.losses), (45, self.corridor_ends)]

    def after(self):
        """What is asked right behind a row, before the next of the same item."""
        return {"@corridor-seen": self.seen_is_not_concur}

    def react(self, item, before=None):
        """Runs the checks of all items up to this one that were not run yet."""
        for number, check in self.reactions():
            if number <= item and check.__name__ not in self.done:
                if before is not None and int(before["n"]) <= number:
                    continue
                self.done.add(check.__name__)
                check()

    def seconds_for(self, minutes):
        """Real time in which so many minutes of the exercise pass, and then as long as anything takes."""
        return minutes * 60 / self.stage.rate + ARRIVE_S

    # ---- what stations are asked ----
    def look(self, station, label):
        """What a station shows of a record; of one that it does not hold yet, nothing."""
        return station.look(self.stage.labels[label]) or NOTHING

    def fields(self, station, label):
        return self.look(station, label)["record"]["fields"]

    def holds(self, label, *stations):
        return until(lambda: all(self.fields(s, label) for s in stations))

    def answers(self, station, label):
        return [a["answer"] for a in self.look(station, label)["answers"]]

    def course(self, station, label):
        return self.look(station, label).get("course") or {}

    def alerts(self, station, rule, state=None):
        rows = station.ask("list", "--kind", "alert", "--limit", "1000")
        return [r for r in rows if r["station"] == station.name and r["fields"].get("rule") == rule
                and (state is None or r["fields"].get("state") == state)]

    def thread_of(self, station, id_):
        """A record never leaves its thread: asked for once."""
        known = self.__dict__.setdefault("threads", {})
        if id_ not in known:
            shown = station.look(id_)
            if not shown:
                return None
            known[id_] = shown["record"]["thread"]
        return known[id_]

    def cited(self, station, rule, *labels, state=None):
        """Alerts of a rule that rest on all of these records, in any of their versions."""
        want = {self.thread_of(station, self.stage.labels[label]) for label in labels}
        if None in want:
            return []
        return [row for row in self.alerts(station, rule, state)
                if want <= {self.thread_of(station, c) for c in row["fields"].get("cites", "").split(",") if c}]

    def unanswered_by(self, station, label):
        """Parties that owe an answer to a record, as its station reads it out at a change of the watch."""
        items = station.ask("shift", "show")["items"]
        return sorted({i["party"] for i in items if i["what"] == "unanswered" and i["id"] == self.stage.labels[label]})

    # ---- the morning ----
    def countersigned(self):
        def reached():
            rows = [s.ask("status") for s in self.stage.all]
            return all(r["countersigned"] > 0 for r in rows)
        self.claim("1   the first head of each log is countersigned by the others", until(reached))

    def coverage(self):
        def counts():
            return [len(s.ask("list", "--kind", "coverage", "--party", "a")) > 0 for s in (self.a, self.b, self.c)]
        got = until(counts, [True, False, False])
        self.holds("@cover-a-11", self.a)
        window = self.fields(self.a, "@cover-a-11").get("window", "")
        self.claim("2   what A covers, until 040610C, shows at A alone",
                   got == [True, False, False] and "040610C" in window, (got, window))

    def crossing(self):
        got = self.holds("@crossing", self.a, self.c)
        fields = [self.fields(s, "@crossing") for s in (self.a, self.c)]
        self.claim("5   A and C have the crossing as a square of 10 km, and no source", got and all(
            f["place"] == "37SGA12" and "source" not in f and "summary" not in f for f in fields), fields)

    def warned(self):
        got = self.holds("@east", self.a, self.b)
        fields = [self.fields(s, "@east") for s in (self.a, self.b)]
        self.claim("6   C's warning stands on the pictures of A and B with its window and the clock of each",
                   got and all("window" in f and f.get("ask", "").startswith(p) for f, p in zip(fields, "ab")), fields)

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
        mover = self.station_of("b/makhmour").name

        def kept():
            return [(v["station"], v["fields"].get("window", "")[:7]) for v in self.look(self.a, "@patrol-b")["versions"]]
        want = [(mover, "030930C"), (mover, "031230C")]
        got = until(kept, want)
        self.claim("9   who moved, and from when, is kept at A", got == want, got)

    def linked(self):
        def tied():
            return self.fields(self.a, "@eod").get("incident"), self.course(self.a, "@eod").get("open")
        want = (self.stage.labels["@uxo"], True)
        got = until(tied, want)
        self.claim("11  the request is open, tied to the report it is about", got == want, got)

    def zones(self):
        got = self.holds("@on-foot", self.a) and self.holds("@uxo", self.a)
        places = [self.fields(self.a, label).get("place", "") for label in ("@on-foot", "@uxo")]
        self.claim("13  A holds a square of zone 37 beside squares of zone 38",
                   got and [p[:3] for p in places] == ["37S", "38S"], places)

    # ---- an answer that is late ----
    def b_is_open(self):
        got = until(lambda: self.unanswered_by(self.c, "@chain"), ["b"])
        self.claim("16  A has answered, B is open: so C reads it out", got == ["b"], got)

    def climbed(self):
        """The step that B's own ladder has reached, and who is called by it."""
        def step():
            rows = self.cited(self.b, "unanswered", "@chain")
            return max([(int(r["fields"]["number"]), r["fields"].get("told_duty")) for r in rows] or [(0, None)])
        got = until(lambda: step()[0] >= 2, seconds=self.seconds_for(15))
        number, duty = step()
        self.claim("17  nobody at B has answered: its own ladder reaches its second step, which calls the liaison",
                   got and (number, duty) in ((2, "liaison"), (3, "director")), (number, duty))
        elsewhere = [r["station"] for s in self.stage.all for r in s.ask("list", "--kind", "alert", "--limit", "1000")
                     if r["station"].split("/")[0] != s.party]
        self.claim("17  at B alone: no alert ever leaves its party", elsewhere == [], elsewhere)
        item = [i for i in self.c.ask("shift", "show")["items"] if i["what"] == "unanswered"
                and i["id"] == self.stage.labels["@chain"]]
        self.claim("17  and C sees that B is late", [i["party"] for i in item] == ["b"]
                   and item[0]["due_ms"] < self.stage.now_ms(), item)

    def late_answer(self):
        """As late as the script has it, and no later than this machine took to play it."""
        until(lambda: len(self.answers(self.c, "@chain")), 2)
        shown = self.look(self.c, "@chain")
        filed = shown["record"]["filed_ms"]
        took = {a["station"][0]: round((a["at_ms"] - filed) / 60000) for a in shown["answers"]}
        most = {p: (self.begun[f"@chain-{p}"][2] - self.begun["@chain"][1]) / 60000 + 1 for p in "ab"}
        held = 14 <= took.get("a", 0) <= most["a"] and 33 <= took.get("b", 0) <= most["b"]
        self.claim(f"16  A answered in {took.get('a')} minutes (the script has 15)", held, (took, most))
        self.claim(f"18  B late, in {took.get('b')} (the script has 34)", held, (took, most))

    def chain(self):
        labels = ("@crossing", "@on-foot", "@with-animal")
        for station in (self.a, self.b):
            until(lambda: len(self.cited(station, "chain", *labels)), 1)
            rows = self.cited(station, "chain", *labels)
            text = rows[0]["fields"]["text"] if rows else ""
            self.claim(f"15  the chain 5-13-14 raises one alert at {station.name}: 5 hours, from a crossing of the "
                       "border, with its doubt", len(rows) == 1 and "in 5 h" in text and "began with a crossing" in text
                       and "civilian" in text, self.alerts(station, "chain"))
            step = re.search(r"([\d.]+) km in 1 h 25 min \((\d+) km/h\)", text)
            self.claim(f"14  and its last step goes over 42 E: {step and step[0]}, of squares of 1 km",
                       step and 6.0 <= float(step[1]) <= 7.8 and step[2] in ("4", "5"), text)
            self.screen.say("    " + text, 0)

    # ---- requests ----
    def request_done(self):
        def reached():
            return self.answers(self.a, "@eod"), self.course(self.a, "@eod").get("open")
        got = until(reached, (["committed", "done"], False))
        self.claim("19  the request went from asked to committed to done, and is closed",
                   got == (["committed", "done"], False), got)
        def outcomes():
            return [self.fields(s, "@uxo").get("outcome") for s in (self.b, self.c)]
        got = until(outcomes, ["cleared"] * 2)
        self.claim("19  B and C hold the report as cleared", got == ["cleared"] * 2, got)

    def information(self):
        got = self.holds("@rfi-answer", self.a)
        places = [self.fields(s, "@rfi-answer").get("place") for s in (self.a, self.b)]
        self.claim("21  A has B's answer at the square of 10 km; B filed nothing finer", got
                   and places == ["38SMD45"] * 2, places)

    def red_question(self):
        """A second question, that nobody answers: the script's own is answered in time."""
        got = until(lambda: [r["fields"].get("severity") for r in self.cited(self.b, "unanswered", "@rfi-2")], ["red"])
        text = "".join(r["fields"]["text"] for r in self.cited(self.b, "unanswered", "@rfi-2"))
        self.claim("20  a question that is needed by 1800 and that nobody answers is red at B from then on",
                   got == ["red"] and "NOT ANSWERED" in text, (got, text))
        rows = self.cited(self.b, "unanswered", "@rfi", state="open")
        self.claim("20  the one that was answered is not", rows == [], rows)

    def medevac(self):
        def states():
            return [[(a["answer"], bool(a["at_ms"]), bool(a.get("eta_ms"))) for a in self.look(s, "@medevac-b")["answers"]]
                    for s in (self.b, self.c)]
        want = [[("on_the_way", True, True)]] * 2
        got = until(states, want)
        self.claim("24  the evacuation is on its way: B and C have both times", got == want, got)

    # ---- the watch changes ----
    def watch_is_kept(self):
        refused = {s: said for (n, s), said in self.refused.items() if n == 25}
        told = [s for s, (unseen, why) in refused.items() if s.startswith("a/")
                and self.stage.labels["@ied-b"] in unseen and "nobody here has seen" in why]
        self.claim("25  A's handover is refused while B's explosion is red and unseen", bool(told), refused)
        states = [s.ask("shift", "show")["shift"] for s in self.stage.all if f"@shift-{s.name.replace('/', '-')}"
                  in self.stage.labels]
        self.claim("25  each watch was handed over once all was seen, and another account has taken over",
                   [(s["state"], s["number"]) for s in states] == [("open", 2)] * len(states), states)

    def not_merged(self):
        got = self.holds("@ied-b", self.a) and self.holds("@ied-a", self.a)
        incidents = [self.look(self.a, label)["record"]["incident"] for label in ("@ied-a", "@ied-b")]
        self.claim("26  two reports of an explosion, 12 minutes apart, are not merged by themselves",
                   got and None not in incidents and len(set(incidents)) == 2, incidents)

    # ---- the night ----
    def in_the_dark(self):
        return [g for g in self.given if 28 < g[0] < 32]

    def deliveries(self):
        """What was filed in the dark and had nowhere to go: (record, station, addressee)."""
        return [(filed["id"], at, p["party"]) for _, at, _, filed in self.in_the_dark() for p in filed["parties"]
                if p["state"] == "queued"]

    def stale(self):
        """At every other station each link of Kirkuk stands and says why nothing comes, and since when."""
        def rows():
            return {(s.name, link["station"]): link for s in self.stage.all for link in s.ask("link", "list")}
        n = len(self.stage.all)
        until(lambda: all(link["state"] not in ("up", "starting") for link in rows().values()))
        links = rows()
        self.claim("28  the links of a/kirkuk and b/kirkuk still stand everywhere, none of them up",
                   len(links) == n * (n - 1) and not any(link["state"] == "up" for link in links.values()), links)
        others = {key: link for key, link in links.items() if "kirkuk" in key[1]}
        self.claim("28  each names the reason, and since when: not before the cables were cut",
                   all(link["label"] and self.cut_ms - 1000 <= link["since_ms"] <= time.time() * 1000
                       for link in others.values()), (self.cut_ms, others))
        for (at, to), link in sorted(others.items()):
            at_ms = self.stage.start_ms + (link["since_ms"] - self.stage.epoch_ms) * self.stage.rate
            self.screen.put(f"      {at} to {to}: {link['state']} since {dtg(int(at_ms))[:7]}: {link['label']}")

    def queued(self):
        """Both go on working: what they file stays with them until there is a way."""
        for number, label, text in ((29, "@five-men", "filed at a/kirkuk, queued for B and C"),
                                    (30, "@motorbikes", "filed at b/kirkuk, queued for A and C, and no attack")):
            _, station, _, filed = next(g for g in self.given if g[3]["id"] == self.stage.labels[label])
            states = {p["party"]: p["state"] for p in self.look(station, label)["parties"] if p["party"] in "abc"}
            type_ = self.fields(station, label)["type"]
            held = [s.name for s in self.stage.all if s.party != station.party and self.fields(s, label)]
            self.claim(f"{number}  {text}", set(states.values()) == {"queued"} and held == []
                       and type_ in ("mov.sighting", "mov.suspicious"), (states, held, type_))

    def undelivered(self):
        states = {p["party"]: p["state"] for p in self.look(self.c, "@dawn")["parties"] if p["party"] in "ab"}
        self.claim("31  C's warning cannot be delivered: A is told by telephone, towards B it waits",
                   states == {"a": "told", "b": "queued"}, states)
        id_ = self.stage.labels["@dawn"]
        got = until(lambda: any("call them: it has not arrived" in r["fields"]["text"]
                                and id_ in r["fields"].get("cites", "") for r in self.alerts(self.c, "unanswered")),
                    seconds=self.seconds_for(5))
        self.claim("31  and C's own rule says that it has not arrived: call them", got,
                   self.alerts(self.c, "unanswered"))
        tasks = [t["party"] for t in self.c.ask("tasks") if t["id"] == id_ and t["party"] in "ab"]
        self.claim("31  B is on C's list of whom to call, A is not any more", tasks == ["b"], tasks)

    def caught_up(self):
        def all_there():
            rows = [p for s in self.stage.all for p in s.ask("status")["parties"]]
            return sum(p["queued"] + p["exported"] for p in rows)
        planned = 11 if len(self.stage.all) == 7 else 8
        abroad = sum(p != at.party for _, at, p in self.deliveries())
        left = until(all_there, 0)
        self.claim(f"32  the {planned} deliveries of 4 records flowed both ways",
                   left == 0 and len(self.deliveries()) == planned and self.queued_at_cut == abroad,
                   (left, self.queued_at_cut, self.deliveries()))

    def night_came(self):
        """Of what waited for the links: asked when there is time, the night is dense."""
        records = self.in_the_dark()

        def came():
            return [(g[3]["id"], p["party"]) for g in records for p in self.look_id(g)["parties"]
                    if p["party"] in "abc" and p["party"] != g[1].party
                    and p["state"] in ("arrived", "told", "answered")]
        got = until(lambda: len(came()), 2 * len(records))
        self.claim("32  none is missing: each came to both parties, with a receipt", got == 2 * len(records), came())
        night = {g[3]["id"] for g in records if g[2]["thread"] in ("@five-men", "@motorbikes", "@dawn")}
        found = [(s.name, r["id"], r["late"], r["arrived_ms"]) for s in self.stage.all
                 for r in s.ask("list", "--history", "--all") if r["id"] in night and not r["own"]]
        gaps = until(lambda: [st for s in self.stage.all for st in s.ask("status")["stations"] if st["gaps"]], [])
        self.claim("32  none came twice, none left a gap",
                   len({f[:2] for f in found}) == len(found) >= 6 and gaps == [], (found, gaps))
        self.claim("32  each is marked late, and has the time it came", all(f[2] and f[3] for f in found), found)

        def order():
            return [[self.look(s, label)["record"].get("arrived_ms", 0) for label in ("@dawn", "@dawn-told-a")]
                    for s in (self.a, self.b)]
        until(lambda: all(all(times) for times in order()))
        self.claim("32  in the order of filing: C's warning, then its word that A was told by telephone",
                   all(0 < first <= then for first, then in order()), order())

    def look_id(self, given):
        return given[1].look(given[3]["id"]) or NOTHING

    def night_chain(self):
        for station in (self.a, self.b):
            until(lambda: bool(self.cited(station, "chain", "@five-men", "@motorbikes")))
            rows = self.cited(station, "chain", "@five-men", "@motorbikes")
            text = rows[0]["fields"]["text"] if rows else ""
            step = re.search(r"([\d.]+) km in 35 min", text)
            self.claim(f"33  the two sightings of the night join to one alert at {station.name}: "
                       f"{step and step[0]}, north-east", len(rows) == 1 and step
                       and 7 <= float(step[1]) <= 9.4 and "Heading NE" in text, rows)
            if station is self.a:
                self.claim("33  ahead of them is A's own post A-21", "own A-21 is" in text, text)

    def words_stay(self):
        got = self.holds("@attack", self.b, self.c)
        fields = [self.fields(s, "@attack") for s in (self.b, self.c)]
        words = self.fields(self.a, "@attack").get("summary", "")
        self.claim("34  the words of A's report, in Sorani with A-21 in them, stay at A; B and C have the attack at 100 m",
                   got and "A-21" in words and all("summary" not in f and digits_of(f["place"]) == 6 for f in fields),
                   fields)

    def losses_shared(self):
        got = self.holds("@losses", self.b, self.c)
        fields = [self.fields(s, "@losses") for s in (self.b, self.c)]
        names = ("killed", "wounded", "stated_by", "grade", "families")
        self.claim("35  B and C have A's losses with their source, their grade and that families are not told",
                   got and all([f.get(n) for n in names] == ["3", "2", "A-2", "B3", "no"] for f in fields), fields)

    # ---- the corridor ----
    def is_over(self):
        return self.stage.now_ms() >= ms_of("2027-05-04T06:00:00+03:00")

    def arrived_only(self):
        def state():
            shown = self.look(self.b, "@reaction")
            return ([p["state"] for p in shown["parties"] if p["party"] == "a"], shown["answers"],
                    shown["course"].get("agreed"))
        want = (["arrived"], [], False)
        got = until(state, want)
        self.claim("37  B's notice has arrived at A: that is not seen, and B waits", got == want, got)

    def seen_is_not_concur(self):
        got = until(lambda: self.answers(self.b, "@reaction"), ["seen"])
        self.claim("37  A has seen it: that is not agreed, and B waits", got == ["seen"]
                   and self.course(self.b, "@reaction").get("agreed") is False, got)

    def corridor(self):
        def agreed():
            return (self.answers(self.b, "@reaction"), self.course(self.b, "@reaction").get("agreed"),
                    self.answers(self.a, "@joint"), self.course(self.a, "@joint").get("agreed"))
        want = (["seen", "concur"], True, ["concur"], True)
        got = until(lambda: agreed() == want or self.is_over())
        if self.is_over():
            return self.too_late(38, "whether both agree to a corridor until 0600")
        self.claim("38  A's decision carries B's concurrence, B's notice that of A: only now may its force cross",
                   got and agreed() == want, agreed())
        return None

    def corridor_ends(self):
        def courses():
            return {(s.name, label): (self.course(s, label).get("state"), self.course(s, label).get("agreed"))
                    for s in (self.a, self.b) for label in ("@reaction", "@joint")}
        got = until(lambda: set(courses().values()) == {("over", False)})
        self.claim("38  at 0600 it ended by itself, at A and at B", got and self.is_over(), courses())

    def near_miss(self):
        labels = ("@near-miss-a", "@near-miss-b")

        def rows():
            return [self.look(self.a, label)["record"] for label in labels]
        got = until(lambda: len({r["incident"] for r in rows()}) == 1 and all(r["fields"] for r in rows()))
        self.claim("41  the near miss stands in two versions, one incident, none chosen",
                   got and all(r["current"] for r in rows()), rows())

    # ---- losses ----
    def figure(self, station, figure):
        """The range of one figure of A's own losses, as a station shows it."""
        rows = self.look(station, "@attack")["losses"]
        return [r["text"] for r in rows if r["figure"] == figure and r["group"] != "attacker"]

    def figures(self, figure, want, *stations):
        """The same at several stations, once the words begin so."""
        def begin():
            texts = [self.figure(s, figure) for s in stations]
            return [text[0][:len(want)] if text else None for text in texts]
        return until(begin, [want] * len(stations))

    def critical(self):
        got = [self.figures(figure, "2", self.a, self.c) for figure in ("wounded", "critical")]
        self.claim("42  two wounded, both critical: at A and C C's report refines A's of item 35 and adds nobody",
                   got == [["2"] * 2] * 2, got)

    def range_of_losses(self):
        got = self.figures("killed", "2-3", self.a, self.b)

        def stated():
            incident = self.look(self.a, "@attack")["record"]["incident"]
            return {r["fields"].get("stated_by") for r in self.a.ask("list", "--kind", "casualty")
                    if "killed" in r["fields"] and r["incident"] == incident}
        sources = until(stated, {"A-2", "B-2"})
        self.claim("43  two or three killed at A and B; both sources stand beside each other",
                   got == ["2-3"] * 2 and sources == {"A-2", "B-2"}, (got, sources))

    def losses(self):
        got = until(lambda: [self.figure(s, "killed") for s in (self.a, self.b, self.c)], [["3"]] * 3)
        self.claim("44  three killed, as A confirms", got == [["3"]] * 3, got)
        rows = self.look(self.a, "@attack")["losses"]
        several = [r["text"] for r in rows if r["group"] == "attacker"]
        self.claim("44  of the attackers several: a word, never a number", several == ["several"], rows)
        kept = [v["fields"].get("grade") for v in self.look(self.a, "@losses")["versions"]]
        self.claim("42  the history stays: what A filed first, and what it confirmed", kept == ["B3", "A1"], kept)
