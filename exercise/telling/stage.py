"""The stage: real stations of three parties, what they are asked and what they answer.

Everything the story shows comes from here, as a program printed it. Starts seamd by process id and
ends it by process id; opens no network.
"""

import csv
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

MARK = ".seam-demo"
ZONE = datetime.timezone(datetime.timedelta(hours=3))
START = "2027-05-03T20:30:00+03:00"
READY_S = 30
STOP_S = 10


class Fault(Exception):
    """A claim that does not hold, or a program that did not do its part."""


def dtg(ms):
    """A moment as people write it: 032115C MAY 27."""
    return datetime.datetime.fromtimestamp(ms / 1000, ZONE).strftime("%d%H%MC %b %y").upper()


def stop_kept(folder):
    """Stations that an earlier demo left running on this folder: its process ids, if they still are that."""
    try:
        pids = [int(pid) for pid in (folder / "pids").read_text().split()]
    except (OSError, ValueError):
        return
    for pid in pids:
        words = pathlib.Path(f"/proc/{pid}/cmdline")
        if words.exists() and f"\0{folder}/".encode() in words.read_bytes():
            os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + STOP_S
            while words.exists() and words.read_bytes() and time.monotonic() < until:
                time.sleep(0.05)


def prepare_folder(folder):
    """An empty folder that is ours; one that is not ours is left alone."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise Fault(f"{folder} is not empty and not of an earlier demo: name another folder")
        stop_kept(folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("made by demo; removed when it starts again\n")


class Station:
    """One home and, while it runs, its seamd."""

    def __init__(self, stage, name):
        self.stage = stage
        self.name = name
        self.party, self.site = name.split("/")
        # The first station of a party has the party's folder; a second site has its own.
        is_first = all(s.party != self.party for s in stage.all)
        self.short = self.party if is_first else f"{self.party}-{self.site}"
        self.home = stage.folder / self.short
        self.process = None
        self.second = None

    def run(self, *words, ok=True, env=None):
        """One command at this home; (exit code, standard output, standard error)."""
        return self.stage.seam("--home", str(self.home), *words, ok=ok, env=env)

    def ask(self, *words):
        """The same with --json, and what it answers."""
        return json.loads(self.run("--json", *words)[1])

    def text(self, *words):
        return self.run(*words)[1].rstrip("\n")

    def show(self, id_):
        return self.ask("show", id_)

    def look(self, id_):
        """The same of a record that may not be held here yet; then None."""
        code, out, err = self.run("--json", "show", id_, ok=False)
        if code == 0:
            return json.loads(out)
        if "no record held" in err:
            return None
        raise Fault(f"{self.name}: seam show {id_}\n  exit {code}: {err.strip()[-1500:]}")

    def second_account(self):
        """Another officer of the watch: who hands over does not take over."""
        self.second = self.text("user", "add", "second", "watch")

    def by_second(self, *words):
        return self.run(*words, env=self.stage.env | {"SEAM_TOKEN": self.second})

    def keep_picture_here(self):
        """The picture is plaintext and outlives its station: it goes where the demo's folder goes."""
        conf = self.home / "seam.conf"
        lines = [line for line in conf.read_text().splitlines() if not line.startswith("run_dir ")]
        conf.write_text("\n".join([*lines, f"run_dir {self.home / 'run'}", ""]))

    def start(self):
        self.keep_picture_here()
        log = open(self.stage.folder / f"{self.short}.log", "ab")
        self.process = subprocess.Popen(
            [str(self.stage.build / "seamd"), "-H", str(self.home)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.stage.note_pids()
        until = time.monotonic() + READY_S
        while "ready: " not in self.log():
            if self.process.poll() is not None or time.monotonic() > until:
                raise Fault(f"station {self.name} does not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def log(self):
        return (self.stage.folder / f"{self.short}.log").read_text(errors="replace")

    def stop(self):
        process, self.process = self.process, None
        if not process or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            for pid in family(process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()


def family(pid):
    """A process and those it started, by the kernel's own list."""
    found = [pid]
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in children.read_text().split():
                found += family(int(child))
        except OSError:
            pass
    return found


class Stage:
    def __init__(self, source, build, folder, rate, start=START):
        self.start_iso = start
        self.start_ms = 1000 * int(datetime.datetime.fromisoformat(start).timestamp())
        self.source = source
        self.build = build
        self.folder = folder
        self.rate = rate
        self.epoch_ms = None
        for name in ("seam", "seamd"):
            if not os.access(build / name, os.X_OK):
                raise Fault(f"{build / name} is not there: run ./demo without SEAM_BUILD, or tools/build")
        self.labels = {}
        self.kinds = {}
        self.commands = 0
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SEAM_")}
        self.env.update(TZ="UTC0", LC_ALL="C.UTF-8", NO_COLOR="1")
        prepare_folder(folder)
        self.all = []
        self.more = []
        for name in ("a/kirkuk", "b/kirkuk", "c/erbil"):
            self.all.append(Station(self, name))
        self.a, self.b, self.c = self.all
        with open(source / "exercise" / "events.csv", encoding="utf-8", newline="") as file:
            self.events = list(csv.DictReader(file))

    def seam(self, *words, ok=True, env=None):
        self.commands += 1
        done = subprocess.run([str(self.build / "seam"), *words], cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              env=self.env if env is None else env)
        if ok and done.returncode != 0:
            raise Fault(f"seam {' '.join(words)}\n  exit {done.returncode}: "
                        f"{(done.stderr or done.stdout).strip()[-1500:]}")
        return done.returncode, done.stdout, done.stderr

    # Who runs is written down, so that --keep can say how to stop them.
    def note_pids(self):
        pids = [str(s.process.pid) for s in self.all + self.more if s.process]
        (self.folder / "pids").write_text(" ".join(pids) + "\n")
        return pids

    def stop(self):
        for station in self.all + self.more:
            station.stop()

    # The clock of the exercise.
    def now_ms(self):
        return self.start_ms + int((time.time() * 1000 - self.epoch_ms) * self.rate)

    def seconds_until(self, iso):
        at_ms = 1000 * datetime.datetime.fromisoformat(iso).timestamp()
        return (at_ms - self.now_ms()) / 1000 / self.rate

    # Rows of the script.
    def event(self, number, station=None, action=None, thread=None):
        rows = [e for e in self.events if int(e["n"]) == number
                and (not station or e["station"] == station.name)
                and (not action or e["action"] == action)
                and (not thread or e["thread"] == thread)]
        if len(rows) != 1:
            raise Fault(f"the script has {len(rows)} rows of event {number} {station and station.name}")
        return rows[0]

    def words(self, event):
        """A row of the script as the words that a person would type."""
        pairs = [part.strip() for part in event["fields"].split(" | ") if part.strip()]
        action, _, kind = event["action"].partition(" ")
        if action == "amend":
            kind = self.kinds[event["thread"]]
        fields = dict(p.split("=", 1) for p in pairs)
        for name, value in fields.items():
            if name in ("re", "incident", "cites", "link_to"):
                fields[name] = ",".join(self.labels[v] for v in value.split(","))
        if event["text"]:
            fields[self.text_field(kind, fields)] = event["text"]
        if action == "report" and kind == "answer" and set(fields) <= {"re", "answer", "text", "eta"}:
            words = ["answer", fields["re"], fields["answer"]]
            words += [fields["text"]] if "text" in fields else []
            return words + (["--eta", fields["eta"]] if "eta" in fields else [])
        words = ["report", kind] + [f"{n}={v}" for n, v in fields.items()]
        return words + (["--amend", self.labels[event["thread"]]] if action == "amend" else [])

    @staticmethod
    def text_field(kind, fields):
        if kind == "request" and fields.get("need") == "information":
            return "question"
        with_summary = ("incident", "sighting", "casualty", "movement", "civil", "coverage", "request",
                        "warning")
        return "summary" if kind in with_summary else "text"

    def file(self, event, at=None, more=()):
        """Files a row at its station; what the station answers: id, thread, leaf, parties."""
        at = at or next(s for s in self.all if s.name == event["station"])
        filed = at.ask("--duty", event["duty"], *self.words(event), *more)
        self.remember(event, filed["id"])
        return filed

    def remember(self, event, id_):
        if event["thread"]:
            self.labels[event["thread"]] = id_
            if event["action"].startswith("report "):
                self.kinds[event["thread"]] = event["action"].split(" ")[1]

    # A stick between two stations.
    def stick(self, giver, taker):
        """One way: a file written here and read there; what the reader said of it."""
        file = self.folder / f"stick-{giver.party}-{taker.party}-{self.commands}"
        giver.run("export", "bundle", taker.party, str(file))
        return taker.ask("import", "bundle", str(file))

    def trade(self, one, other):
        """There and back again: what waits goes, receipts come home."""
        self.stick(one, other)
        self.stick(other, one)
        self.stick(one, other)
