"""The screen: narration at reading pace, facts in columns, no colour where it is not wanted."""

import os
import select
import shutil
import sys
import textwrap
import time
import unicodedata

WORDS_PER_S = 4.5
WIDEST = 100


def width_of(text):
    """Columns that a text takes on a terminal: marks and controls take none."""
    wide = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
            continue
        wide += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return wide


def pad(text, width):
    return text + " " * max(0, width - width_of(text))


def isolate(text, rtl):
    """Keeps a text of the other direction from turning the line around it."""
    return ("\u2067" if rtl else "\u2066") + text + "\u2069"


class Screen:
    def __init__(self, has_person):
        self.is_terminal = sys.stdout.isatty()
        self.has_person = has_person and self.is_terminal
        self.has_colour = self.is_terminal and "NO_COLOR" not in os.environ
        self.width = max(60, min(WIDEST, shutil.get_terminal_size((80, 24)).columns - 1))
        self.keys = None
        if self.has_person and sys.stdin.isatty():
            import termios
            import tty
            self.keys = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)

    def close(self):
        if self.keys:
            import termios
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.keys)
            self.keys = None

    def colour(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.has_colour else text

    def bold(self, text):
        return self.colour("1", text)

    def dim(self, text):
        return self.colour("2", text)

    def good(self, text):
        return self.colour("32", text)

    def bad(self, text):
        return self.colour("31", text)

    def warm(self, text):
        return self.colour("33", text)

    def put(self, text=""):
        print(text, flush=True)

    def scene(self, when, title):
        self.put()
        head = f"{when}  {title}" if when else title
        self.put(self.bold(head) + " " + self.dim("\u2500" * max(4, self.width - width_of(head) - 1)))

    def say(self, text, pause=1.0):
        """Narration."""
        for line in textwrap.wrap(" ".join(text.split()), min(self.width, 84)):
            self.put(line)
        self.wait(pause * len(text.split()) / WORDS_PER_S)

    def wrapped(self, head, text):
        """A line that goes on under its own beginning."""
        for i, line in enumerate(textwrap.wrap(text, max(30, self.width - width_of(head)), break_on_hyphens=False)):
            self.put((head if i == 0 else " " * width_of(head)) + line)

    def typed(self, station, words):
        """The command as a person types it."""
        lines = [f"seam --home {station.party}"]
        for word in map(quoted, words):
            if width_of(lines[-1]) + 1 + width_of(word) > self.width - 8:
                lines.append(word)
            else:
                lines[-1] += " " + word
        for i, line in enumerate(lines):
            end = " \\" if i + 1 < len(lines) else ""
            self.put(self.dim(("  $ " if i == 0 else "      ") + line + end))

    def facts(self, rows, indent=2):
        """Pairs: what, and what the program says about it."""
        wide = max(width_of(k) for k, _ in rows) + 2
        for name, value in rows:
            lines = textwrap.wrap(value, max(20, self.width - indent - wide)) or [""]
            self.put(" " * indent + self.dim(pad(name, wide)) + lines[0])
            for line in lines[1:]:
                self.put(" " * (indent + wide) + line)
        self.wait(0.35 * len(rows))

    def spoken(self, text, rtl=False):
        for line in text.splitlines():
            if rtl:
                self.put("  \u2502 " + isolate(line, True))
            else:
                for part in textwrap.wrap(line, min(self.width, 84) - 4):
                    self.put("  \u2502 " + part)
        self.wait(len(text.split()) / (2 * WORDS_PER_S) if not rtl else 1.0)

    def columns(self, heads, rows):
        """A table whose cells wrap; the first column is as wide as it needs, the others share the rest."""
        first = max(width_of(row[0]) for row in rows)
        each = (self.width - 2 - first - 2 * (len(heads) - 1)) // (len(heads) - 1)
        wides = [first] + [each] * (len(heads) - 1)
        self.line(heads, wides, self.bold)
        self.put("  " + self.dim("  ".join("\u2500" * w for w in wides)))
        for row in rows:
            self.line((self.dim_cell(row[0]), *row[1:]), wides)
            self.wait(0.2)

    def dim_cell(self, text):
        return text, self.dim

    def line(self, cells, wides, paint=None):
        texts = [c if isinstance(c, tuple) else (c, paint or (lambda t: t)) for c in cells]
        parts = [textwrap.wrap(t, w) or [""] for (t, _), w in zip(texts, wides)]
        for i in range(max(map(len, parts))):
            out = []
            for (_, paint_it), lines, wide in zip(texts, parts, wides):
                cell = lines[i] if i < len(lines) else ""
                out.append((paint_it(cell) if cell else "") + " " * (wide - width_of(cell)))
            self.put("  " + "  ".join(out).rstrip())

    def filed(self, number, when, station, kind, parties):
        """One line per record: for whom it was cut, and why not."""
        ways = ", ".join(f"{p['party']}: {p['state'].replace('_', ' ')}" + (f" ({p['why']})" if p.get("why") else "")
                         for p in parties)
        self.wrapped(f"  {number:>3}  {when}  {pad(station, 10)} {pad(kind, 11)} ", ways or "stays in the party")

    def held(self, text):
        lines = textwrap.wrap(text, min(self.width, 92) - 10)
        self.put("  " + self.good("proved") + "  " + lines[0])
        for line in lines[1:]:
            self.put(" " * 10 + line)
        self.wait(0.6)

    def wait(self, seconds):
        """Reading time: space pauses, any other key goes on, q ends."""
        if not self.has_person:
            return
        if not self.keys:
            time.sleep(seconds)
            return
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([sys.stdin], [], [], left)[0]:
                return
            key = sys.stdin.read(1)
            if key in ("q", "\x04"):
                raise KeyboardInterrupt
            if key == " ":
                sys.stdout.write(self.dim("  paused: press any key\r"))
                sys.stdout.flush()
                sys.stdin.read(1)
                sys.stdout.write("\033[K")
            return

    def pass_time(self, seconds, label):
        """Waits for the exercise's clock; label() says where it is."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.is_terminal:
                sys.stdout.write("\r" + self.dim("  the exercise's clock: " + label()))
                sys.stdout.flush()
            if self.keys and select.select([sys.stdin], [], [], 0)[0]:
                if sys.stdin.read(1) in ("q", "\x04"):
                    raise KeyboardInterrupt
            time.sleep(min(0.1, left))
        if self.is_terminal and seconds > 0:
            sys.stdout.write("\r\033[K")
            sys.stdout.flush()


def quoted(word):
    plain = all(c.isalnum() or c in "=/.,:@%+-_~" for c in word)
    if plain:
        return word
    name, eq, value = word.partition("=")
    if eq and name.isidentifier():
        return f"{name}='{value}'"
    return f"'{word}'"
