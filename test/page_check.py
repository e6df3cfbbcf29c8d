#!/usr/bin/env python3
"""What a plain page must be, looked at without a browser.

  page_check.py HEAD BODY LANG     HEAD as curl -D writes it; the page in BODY; prints faults, one a line
  page_check.py field BODY NAME    the value of the first hidden field of that name
  page_check.py text BODY          the text that a reader sees
"""
import base64
import hashlib
import html.parser
import re
import sys

VOID = {'meta', 'link', 'input', 'br', 'hr', 'img'}
# what the page is made of; anything else came from a value
TAGS = VOID | {'html', 'head', 'title', 'style', 'body', 'header', 'nav', 'main', 'section', 'footer', 'h1', 'h2', 'p', 'a',
               'b', 'i', 'small', 'span', 'bdi', 'ul', 'li', 'dl', 'dt', 'dd', 'form', 'label', 'select', 'option', 'textarea',
               'button'}
NAMES = {'lang', 'dir', 'charset', 'name', 'content', 'rel', 'href', 'hreflang', 'class', 'id', 'method', 'action', 'type',
         'value', 'required', 'autofocus', 'autocomplete', 'autocapitalize', 'maxlength', 'selected', 'role', 'aria-invalid'}
MAX = 30000
# a DTG or a grid as people read them
LATIN = re.compile(r'\b\d{6}[A-Z] [A-Z]{3} \d\d\b|\b38S[ \xa0][A-Z]{2}\b')


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.faults, self.text, self.hidden = [], [], [], []
        self.forms, self.ids, self.autofocus, self.style = [], set(), 0, ''

    def fault(self, text):
        self.faults.append('line %d: %s' % (self.getpos()[0], text))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if len(found) != len(attributes):
            self.fault('an attribute twice in ' + tag)
        if tag not in TAGS:
            self.fault('an element that the page does not have: ' + tag)
        for name, value in attributes:
            if name not in NAMES:
                self.fault('an attribute that the page does not have: %s in %s' % (name, tag))
            if name in ('href', 'action') and not re.match(r'(/(?!/)|#|data:,$)', value or ''):
                self.fault('leads elsewhere: %s' % value)
        self.look_at(tag, found)
        if tag not in VOID:
            self.stack.append((tag, found))

    def look_at(self, tag, found):
        if 'id' in found:
            if found['id'] in self.ids:
                self.fault('an id twice: ' + found['id'])
            self.ids.add(found['id'])
        self.autofocus += 'autofocus' in found
        if tag == 'form':
            if found.get('method') != 'post':
                self.fault('a form that is no post')
            self.forms.append([found.get('action'), False])
        if tag == 'input' and found.get('type') == 'hidden':
            self.hidden.append((found.get('name'), found.get('value')))
            if found.get('name') == 'form' and self.forms:
                self.forms[-1][1] = True
        elif tag in ('input', 'select', 'textarea') and not any(one[0] == 'label' for one in self.stack):
            self.fault('a field without a label: %s' % found.get('name'))

    def handle_endtag(self, tag):
        if tag in VOID or not self.stack or self.stack[-1][0] != tag:
            self.fault('</%s> ends %s' % (tag, self.stack[-1][0] if self.stack else 'nothing'))
            return
        self.stack.pop()

    def handle_data(self, data):
        if self.stack and self.stack[-1][0] == 'style':
            self.style += data
            return
        self.text.append(data)
        is_latin = any(found.get('dir') in ('ltr', 'auto') for tag, found in self.stack if tag in ('bdi', 'span', 'input'))
        bare = re.sub('\u2066[^\u2069]*\u2069', '', data)
        if self.is_rtl() and LATIN.search(bare) and not is_latin:
            self.fault('not set apart: %r' % data[:60])

    def is_rtl(self):
        return bool(self.stack) and self.stack[0][1].get('dir') == 'rtl'

    def handle_comment(self, data):
        self.fault('a comment: ' + data[:40])


def light(colour):
    colour = colour.lstrip('#')
    colour = ''.join(c * 2 for c in colour) if len(colour) == 3 else colour
    parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    a, b = sorted((light(one), light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def style_faults(style):
    """WCAG 2 AA of every pair of colours that is text on ground, in both themes; logical sides alone."""
    themes = [dict(re.findall(r'--(\w):(#\w+)', one)) for one in re.findall(r':root\{[^}]*\}', style)]
    faults = [] if len(themes) == 2 else ['not two themes']
    for theme in themes:
        pairs = [(ink, ground) for ink in 'tdaryn' for ground in 'gp'] + [('g', 't')]
        faults += ['contrast of --%s on --%s is %.2f' % (ink, ground, contrast(theme[ink], theme[ground]))
                   for ink, ground in pairs if contrast(theme[ink], theme[ground]) < 4.5]
        if contrast('#fff', theme['x']) < 4.5:
            faults.append('contrast of the banner')
    if re.search(r'\b(left|right)\b', style):
        faults.append('a side that does not turn with the language')
    if re.search(r'url\(|@import|https?:', style):
        faults.append('the style loads something')
    return faults


def check(head, body, lang):
    with open(head, encoding='latin-1') as file:
        headers = file.read()
    with open(body, 'rb') as file:
        raw = file.read()
    text = raw.decode('utf-8')
    page = Page()
    page.feed(text)
    page.close()
    faults = page.faults
    if len(raw) >= MAX:
        faults.append('%d bytes' % len(raw))
    if page.stack:
        faults.append('not ended: %s' % [tag for tag, _ in page.stack])
    if not text.startswith('<!doctype html>\n<html lang=%s dir=%s>' % (lang, 'ltr' if lang == 'en' else 'rtl')):
        faults.append('not in %s: %s' % (lang, text[:60]))
    if re.search(r'<(script|iframe|object|embed|img|svg|math|base|x-)', text, re.I):
        faults.append('something that runs or loads')
    source = "'sha256-%s'" % base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    if source not in headers:
        faults.append('the style is not the one that is allowed: PAGE_STYLE_SOURCE should be %s' % source)
    faults += style_faults(page.style)
    faults += ['a form without its token: %s' % action for action, has in page.forms
               if not has and not action.startswith('/sign-on')]
    if page.autofocus > 1:
        faults.append('autofocus twice')
    return faults


def main(arguments):
    if arguments[0] in ('field', 'text'):
        page = Page()
        with open(arguments[1], encoding='utf-8') as file:
            page.feed(file.read())
        if arguments[0] == 'text':
            print(re.sub(r'[ \t]+', ' ', ''.join(page.text)))
            return 0
        values = [value for name, value in page.hidden if name == arguments[2]]
        print(values[0] if values else '')
        return 0 if values else 1
    faults = check(*arguments)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
