"""The page: demo.html, whole in itself. No script, no other file, readable on paper and in the dark."""

import html
import re

LABELS = {"type": "What", "severity": "Severity", "when": "When", "place": "Where", "persons": "Persons",
          "vehicles": "Vehicles", "direction": "Heading", "means": "Moving", "grade": "Grade",
          "sensor": "Observed by", "unit": "Reporting unit", "governorate": "Governorate",
          "district": "District", "summary": "In words"}
LATIN = {"when", "place", "grade", "unit", "type"}
LANGS = {"en": ("English", "ltr"), "ar": ("العربية", "rtl"), "ckb": ("کوردیی ناوەندی", "rtl")}

STYLE = """
:root{color-scheme:light dark;--paper:#fbfaf7;--ink:#1d2226;--soft:#5d666d;--rule:#d9d5cb;--card:#fff;
--mark:#8a5a00;--mark-back:#fdf1d6;--a:#1f5a8c;--b:#2f6b3a;--c:#7a4a86;--none:#a49d90}
@media (prefers-color-scheme:dark){:root{--paper:#14181b;--ink:#e6e4df;--soft:#9aa4ab;--rule:#30383d;
--card:#1b2125;--mark:#f2c464;--mark-back:#33290f;--a:#7fb6e6;--b:#86c993;--c:#c99bd6;--none:#5f686e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 "Noto Sans",system-ui,-apple-system,"Segoe UI",sans-serif}
.exercise{background:var(--mark-back);color:var(--mark);text-align:center;font-weight:600;letter-spacing:.06em;
padding:.5rem 1rem;border-block:1px solid var(--mark);font-size:.85rem}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 3rem}
h1{font-size:2.1rem;line-height:1.15;margin:0 0 .6rem;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.15rem;margin:3rem 0 .75rem}
p{max-width:44rem;margin:.5rem 0}
.lede{font-size:1.1rem;color:var(--soft)}
.wide{overflow-x:auto;margin:1.5rem 0 1rem}
table{border-collapse:collapse;width:100%;min-width:40rem;table-layout:fixed;background:var(--card);font-variant-numeric:tabular-nums}
th,td{text-align:start;vertical-align:top;padding:.55rem .8rem;border-bottom:1px solid var(--rule)}
thead th{font-weight:400;color:var(--soft);font-size:.85rem;padding-top:.8rem;border-top:3px solid var(--rule)}
thead th b{display:block;color:var(--ink);font-size:1.05rem}
thead th.a{border-top-color:var(--a)}thead th.b{border-top-color:var(--b)}thead th.c{border-top-color:var(--c)}
tbody th{font-weight:400;color:var(--soft)}
thead td{width:9.5rem}
td.none{color:var(--none)}
.line{color:var(--soft);font-size:.75rem;white-space:nowrap;margin-inline-start:.35rem}
dl.rules{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:1rem 0;font-size:.85rem}
dl.rules dt{color:var(--soft)}dl.rules dd{margin:0}
code,.hash{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:.82rem;overflow-wrap:anywhere}
.voices{margin-top:1rem;display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem}
.voice{background:var(--card);border:1px solid var(--rule);border-radius:.4rem;padding:1rem 1.1rem}
.voice h3{margin:0 0 .5rem;font-size:.85rem;font-weight:600;color:var(--soft)}
.voice p{margin:.2rem 0}.voice bdi{white-space:nowrap}
[dir=rtl]{font-family:"Noto Sans Arabic","Noto Naskh Arabic","Geeza Pro","Segoe UI",sans-serif;line-height:1.9}
ol.steps{list-style:none;display:flex;flex-wrap:wrap;gap:.75rem;padding:0;margin:1rem 0}
ol.steps li{flex:1 1 12rem;background:var(--card);border:1px solid var(--rule);border-radius:.4rem;padding:.7rem 1rem}
ol.steps b{display:block}ol.steps span{color:var(--soft);font-size:.9rem}
ul.proved{padding:0;list-style:none;columns:22rem;column-gap:2.5rem;font-size:.92rem}
ul.proved li{break-inside:avoid;padding:.3rem 0 .3rem 1.3rem;position:relative;border-bottom:1px solid var(--rule)}
ul.proved li::before{content:"";position:absolute;left:.15rem;top:.78rem;width:.5rem;height:.5rem;border-radius:50%;
background:var(--b)}
.figure{font-size:1.6rem;font-weight:600;letter-spacing:-.01em}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.85rem}
@media (max-width:40rem){body{font-size:15px}th,td{padding:.5rem .5rem}thead td{width:6.5rem}table{min-width:34rem}.line{display:block;margin:0}h1{font-size:1.6rem}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--mark:#000;--mark-back:#fff;--none:#666}
body{font-size:10.5pt}main{max-width:none;padding:1rem 0}h2{break-after:avoid}table,.voice,ol.steps li{break-inside:avoid}
.exercise{position:static}a{color:inherit}}
"""


def latin_kept(value):
    """Sets apart what reads from the left within words that read from the right: A-21, 38SMD65."""
    return re.sub(r"[A-Za-z0-9][A-Za-z0-9/-]*", "\u2066\\g<0>\u2069", value)


def text(value):
    """A text with its isolates made into elements."""
    value = html.escape(value)
    value = re.sub("[\u2066\u2068]([^\u2066-\u2069]*)\u2069", r'<bdi dir="ltr">\1</bdi>', value)
    value = re.sub("\u2067([^\u2066-\u2069]*)\u2069", r'<bdi dir="rtl">\1</bdi>', value)
    return re.sub("[\u2066-\u2069]", "", value)


def value_cell(field, value, numbers=()):
    if value is None:
        return '<td class="none"><span aria-label="not given">\u2014</span></td>'
    shown = f'<bdi dir="ltr">{text(value)}</bdi>' if field in LATIN else f"<bdi>{text(value)}</bdi>"
    line = f'<span class="line">line {", ".join(map(str, numbers))}</span>' if numbers else ""
    return f"<td>{shown}{line}</td>"


def columns(rows):
    out = ['<div class="wide"><table><thead><tr><td></td>',
           '<th scope="col" class="a"><b>A holds</b>the regional force, which wrote it</th>',
           '<th scope="col" class="b"><b>B was given</b>the federal force across the line</th>',
           '<th scope="col" class="c"><b>C was given</b>the coalition, further away</th></tr></thead><tbody>']
    for field, mine, (at_b, rule_b), (at_c, rule_c) in rows:
        out.append(f'<tr><th scope="row">{LABELS.get(field, field)}</th>{value_cell(field, mine)}'
                   f"{value_cell(field, at_b, rule_b[0])}{value_cell(field, at_c, rule_c[0])}</tr>")
    return "\n".join(out) + "\n</tbody></table></div>"


def rules(lines):
    return '<dl class="rules">' + "".join(
        f"<dt>line {n}</dt><dd><code>{text(line)}</code></dd>" for n, line in lines) + "</dl>"


def voice(lang, said, heading=None):
    name, direction = LANGS[lang]
    lines = "".join(f"<p>{text(line)}</p>" for line in said.splitlines() if line.strip())
    head = f"<h3>{heading}</h3>" if heading else f'<h3 lang="{lang}" dir="{direction}">{name}</h3>'
    return (f'<section class="voice">{head}'
            f'<div lang="{lang}" dir="{direction}">{lines}</div></section>')


def steps(pairs):
    return '<ol class="steps">' + "".join(
        f"<li><b>{text(a)}</b><span>{text(b)}</span></li>" for a, b in pairs) + "</ol>"


def statements(loss):
    return "".join(f"<p><code>{text(s)}</code></p>" for s in loss["statements"])


def write(path, told):
    losses, hashes = told["losses"], told["hashes"]
    body = f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>EXERCISE SEAM 72: one report in three columns</title>
<style>{STYLE}</style>
</head>
<body>
<div class="exercise" role="note">EXERCISE · EXERCISE · EXERCISE</div>
<main>
<h1>One report in three columns</h1>
<p class="lede">Two forces share a line and no chain of command. One of them sees five men on two motorbikes.
What each party then holds was cut from one signed record by the policy of the party that wrote it.</p>
{columns(told["rows"])}
<p>Record <span class="hash">{text(told["id"])}</span>. A dash is what A did not give. Beside every value that
went stands the line of A’s policy that let it go:</p>
{rules(told["lines"])}

<h2>The very bytes</h2>
<p>Before sending, A’s officer was shown what B would get. The stick carried the same bytes, and B’s store
holds the delivery they came in.</p>
<dl class="rules"><dt>previewed at A</dt><dd class="hash">{hashes["previewed"]}</dd>
<dt>carried by the stick</dt><dd class="hash">{hashes["carried"]}</dd>
<dt>held at B, with its address</dt><dd class="hash">{hashes["delivery"]}</dd></dl>

<h2>A warning that no link could carry</h2>
<p>C’s warning was queued and nobody had it. It was read out by telephone from the fields, and read back.
Arabic and Sorani have not been reviewed by native speakers.</p>
<div class="voices">{"".join(voice(lang, said) for lang, said in told["spoken"].items())}</div>

<h2>The attack</h2>
<p>The post’s own words stay with A. B and C get fields; the sentences are made from what each was given.</p>
<div class="voices">{voice("ckb", latin_kept(told["attack"]["own"]), "A’s own words, in Sorani: never sent")}
{voice("ar", told["attack"]["ar"], "For B, in Arabic")}
{voice("en", told["attack"]["en"], "For C, in English")}</div>

<h2>Arrived is not seen, seen is not concur</h2>
<p>B must cross the line to help. Its notice to A went through three states; none implied the next.</p>
{steps(told["corridor"])}

<h2>Two killed, or three?</h2>
{steps([("killed: " + losses["before"]["range"], "two sources, neither chosen, never added"),
        ("killed: " + losses["after"]["range"], "A confirms its own; the other figure stays in the history"),
        ("attackers killed: " + losses["attackers"], "a word, never a number")])}
{statements(losses["after"])}

<h2>Prove it</h2>
{steps([("One bit flipped in a copy", told["bit"]), ("B denies", "; ".join(told["evidence"][:3]))])}
<ul class="proved">{"".join(f"<li>{text(c)}</li>" for c in told["claims"])}</ul>
<footer>Everything on this page was answered by three stations that ran on one machine. The exercise is invented:
no unit, position or event in it is real. Seam has never been used in a real centre.</footer>
</main>
<div class="exercise" role="note">EXERCISE · EXERCISE · EXERCISE</div>
</body>
</html>
"""
    path.write_text(body, encoding="utf-8")
