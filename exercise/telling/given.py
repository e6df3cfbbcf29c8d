"""Who was given what: per record and addressee what was cut and by which line of the policy, the receipt, the answer.

Told by the giver's own station, `policy explain` and `show`, and held against what the addressee really has.
"""

import concurrent.futures
import csv

from telling.stage import dtg

CARE = 2  # commands at a time: the stations run on the same machine
COARSE = ("place", "when", "window")
WAITING = {"needs_officers": "the rule asks for decisions by officers"}
CAME = ("arrived", "answered", "told")
COLUMNS = ("item", "filed", "station", "kind", "id", "party", "field", "filed as", "given", "held as", "lines",
           "why not", "state", "receipt", "answers")


def name_of(given):
    return given.partition("@")[0]


class Share:
    """One record towards one party."""

    def __init__(self, item, station, row, party, explained, held, came_ms, why):
        self.item, self.station, self.row, self.explained, self.held = item, station, row, explained, held
        self.party, self.state, self.record = party["party"], party["state"], row["record"]
        self.why = why or explained["because"]
        self.receipt = dtg(came_ms) if came_ms else ""
        self.went = [part for part in explained["parts"] if part["why"] == "none"]
        self.stays = {name_of(g): part["why"] for part in explained["parts"] if part["why"] != "none"
                      for g in part["gives"].split(", ")}
        self.lines = sorted({line for part in self.went for line in part["lines"]})

    def is_given(self):
        return self.held is not None

    def given(self):
        """Field: how it was given, in what has gone; kind, thread and the clock that was asked among them."""
        return {name_of(g): g for part in self.went for g in part["gives"].split(", ")} if self.is_given() else {}

    def fields(self):
        """(field, as filed, given or "", as held there, lines that spoke of it, why not or why no finer)"""
        given = self.given()
        for f in self.explained["fields"]:
            name = f["field"]
            lines = " ".join(str(line["line"]) for line in f["lines"] if line["does"] != "does not apply")
            why = f["because"] if self.is_given() else self.why
            if self.is_given() and f["gives"] and name not in given:
                why = WAITING.get(self.stays.get(name), str(self.stays.get(name)).replace("_", " "))
            yield (name, self.record["fields"].get(name, ""), f["gives"] if name in given else "",
                   (self.held or {}).get(name, ""), lines, why)

    def answers(self):
        return [f"{a['answer'] or 'not released to us'} {dtg(a['at_ms'])[:7]}" for a in self.row["answers"]
                if a["station"].split("/")[0] == self.party]

    def asked(self):
        return any(part.split(":")[0] == self.party for part in self.record["fields"].get("ask", "").split(","))

    def answer(self):
        return ", ".join(self.answers()) or ("NO ANSWER" if self.asked() else "none asked")

    # ---- in words ----
    def sentence(self, never):
        """What went, what did not and why, the receipt, the answer."""
        if not self.is_given():
            return f"nothing: {self.why or self.state.replace('_', ' ')}"
        receipt = f"receipt {self.receipt[:7]}" if self.receipt else "no receipt"
        answer = self.answer()
        return f"{self.cuts(never)}; {receipt}; {answer if answer == 'NO ANSWER' else 'answer: ' + answer}"

    def cuts(self, never):
        exact, cut, kept = [], [], {}
        for field, own, given, held, _, why in self.fields():
            if "@" in given and field in COARSE:
                finer = f" (10 m: {why})" if why.startswith("10 m only") else ""
                cut.append(f"{given} {brief(held)}" + (f" of {brief(own)}{finer}" if own != held else ""))
            elif given:
                exact.append(field)
            elif field not in never:
                kept.setdefault(short(why), []).append(field)
        text = ", ".join(cut + exact) + f" by line {' '.join(map(str, self.lines))}"
        if kept:
            text += "; not " + "; ".join(f"{', '.join(names)} ({why})" for why, names in kept.items())
        return text


def brief(value):
    """A moment without the month, which is the same all day."""
    return value.replace(" MAY 27", "")


def short(why):
    return {"no rule of the policy gives anything of this to the party": "no line gives it",
            "each party sees its own row only": "its own only"}.get(why, why)


def came_ms(station, id_, party):
    """When the receipt came; what stands for a record is the furthest that it got, so that its way is asked for."""
    if party["state"] == "arrived":
        return party["at_ms"]
    way = station.ask("review", id_) if party["state"] in CAME else []
    return next((e["at_ms"] for e in way if e["what"] == "arrived" and e["id"] == id_ and e["party"] == party["party"]),
                None)


def collect(day):
    """Every record of the day that has addressees, towards each of them."""
    held = {s.name: {r["id"]: r["fields"] for r in s.ask("list", "--history", "--all")} for s in day.stage.all}

    def at(station, filed, party):
        """What a station of the addressee holds of it; a list has no answers, so that those are asked for."""
        if filed["id"] in held[station.name]:
            return held[station.name][filed["id"]]
        seen = station.look(filed["id"]) if party["state"] in CAME else None
        return seen and seen["record"]["fields"]

    def of_record(given):
        item, station, _, filed = given
        row = station.show(filed["id"])
        whys = {p["party"]: p.get("why") for p in filed["parties"]}
        shares = []
        for party in row["parties"]:
            if party["party"] == station.party:
                continue  # a sister has it whole
            there = [h for s in day.stage.all if s.party == party["party"] and (h := at(s, filed, party)) is not None]
            explained = station.ask("policy", "explain", filed["id"], party["party"])
            shares.append(Share(item, station, row, party, explained, there[0] if there else None,
                                came_ms(station, filed["id"], party), whys.get(party["party"])))
        return shares

    with concurrent.futures.ThreadPoolExecutor(CARE) as pool:
        return [share for shares in pool.map(of_record, [g for g in day.given if g[3]["parties"]]) for share in shares]


def too_much(shares):
    """What an addressee holds and the policy does not give, or finer: nothing, if all is well."""
    found = []
    for share in shares:
        given = share.given()
        for field, value in (share.held or {}).items():
            if field not in given or (field == "place" and too_fine(value, given[field])):
                found.append((share.item, share.station.name, share.party, field, value, given.get(field)))
    return found


def too_fine(place, given):
    """A square of MGRS against the coarsest that the policy allows."""
    digits = len(place.lstrip("0123456789")) - 3
    return digits > {"10km": 2, "1km": 4, "100m": 6, "10m": 8}.get(given.partition("@")[2], 10)


def write(file, shares):
    with open(file, "w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for s in shares:
            head = (s.item, dtg(s.record["filed_ms"]), s.station.name, s.record["kind"], s.record["id"], s.party)
            for field, own, given, held, lines, why in s.fields():
                rows.writerow((*head, field, own, given, held, lines, why, s.state, s.receipt, s.answer()))


def never_given(shares):
    """Fields that no addressee got of any record."""
    given = {f for s in shares for f, _, g, _, _, _ in s.fields() if g}
    return {f for s in shares for f, *_ in s.fields()} - given


def tell(screen, shares, file):
    never = never_given(shares)
    screen.say("Each record: what its addressees got, at which precision and by which line of the giver's policy; what "
               "stayed and why; when the receipt came; what was answered. Nobody got "
               f"{', '.join(sorted(never))}: no line gives them, or free text waits for an officer.", 0)
    screen.put()
    last = None
    for share in shares:
        if share.row is not last:
            last = share.row
            screen.put(f"  {share.item:>3}  {dtg(share.record['filed_ms'])[:7]}  {share.station.name}  "
                       f"{share.record['kind']}")
        screen.wrapped(f"       to {share.party}  ", share.sentence(never))
    screen.put()
    screen.put(f"  field by field: {file}")
