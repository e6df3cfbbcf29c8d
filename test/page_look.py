#!/usr/bin/env python3
"""The plain page in a browser, where there is one: nothing is cut off or too small to press, at the width of a
phone and of a desk, in each language, under the page's own Content-Security-Policy.

  page_look.py PORT COOKIE FOLDER PATH...

Chromium signs on through a relay that adds the cookie and lets the page be measured in a frame. A picture of
each that has a fault goes to FOLDER. Prints one "ok - " or "not ok - " line per page.
"""
import http.client
import http.server
import os
import re
import subprocess
import sys
import threading

MEASURE = b'''<!doctype html><meta charset=utf-8><body style="margin:0"><iframe id=f style="border:0;width:%dpx;height:%dpx"
src="%s"></iframe><pre id=out></pre><script>
document.getElementById('f').onload = function () {
  var d = this.contentDocument, w = this.contentWindow, wide = [], small = [], faults = [];
  d.querySelectorAll('body *').forEach(function (e) {
    var r = e.getBoundingClientRect();
    if (r.width && (r.left < -1 || r.right > w.innerWidth + 1)) wide.push(e.tagName + ' ' + e.textContent.slice(0, 30));
    if (/^(BUTTON|SELECT|INPUT|TEXTAREA)$/.test(e.tagName) && r.height && (r.height < 24 || r.width < 24)) small.push(e.tagName);
  });
  if (d.documentElement.scrollWidth > w.innerWidth) faults.push('scrolls sideways: ' + wide.join(', '));
  if (small.length) faults.push('too small: ' + small.join(', '));
  if (w.getComputedStyle(d.querySelector('header')).display !== 'flex') faults.push('the style was not let in');
  document.getElementById('out').textContent = 'FAULTS[' + faults.join('; ') + ']';
};
</script>'''


def relay(port, cookie):
    class Relay(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            frame = re.match(r'/frame/(\d+)/(\d+)(/.*)', self.path)
            if frame:
                self.answer(200, [('Content-Type', 'text/html')], MEASURE % (
                    int(frame.group(1)), int(frame.group(2)), frame.group(3).encode()))
                return
            line = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
            line.request('GET', self.path, headers={'Host': '127.0.0.1:%d' % port, 'Cookie': cookie, 'Accept': 'text/html'})
            answer = line.getresponse()
            headers = [(name, value.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))
                       for name, value in answer.getheaders()
                       if name.lower() not in ('connection', 'transfer-encoding', 'content-length', 'x-frame-options')]
            self.answer(answer.status, headers, answer.read())

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def look(address, folder, name, width):
    browser = ['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-color-profile=srgb',
               '--user-data-dir=' + os.path.join(folder, 'browser'), '--virtual-time-budget=8000',
               '--window-size=%d,2000' % max(width, 500)]
    made = subprocess.run(browser + ['--dump-dom', address], capture_output=True, text=True, timeout=120)
    found = re.search(r'FAULTS\[(.*?)\]</pre>', made.stdout, re.S)
    faults = found.group(1) if found else 'the page was not measured: %s' % made.stderr[-200:]
    if faults:
        subprocess.run(browser + ['--screenshot=' + os.path.join(folder, name + '.png'), address], capture_output=True, timeout=120)
    return faults


def main(arguments):
    port, cookie, folder, paths = int(arguments[0]), arguments[1], arguments[2], arguments[3:]
    server = relay(port, cookie)
    is_good = True
    for path in paths:
        for width in (360, 1200):
            name = '%s-%d' % (re.sub(r'\W+', '-', path).strip('-')[:40], width)
            address = 'http://127.0.0.1:%d/frame/%d/2000%s' % (server.server_port, width, path)
            faults = look(address, folder, name, width)
            print('%s - %s at %d pixels%s' % ('not ok' if faults else 'ok', path[:50], width, ': ' + faults if faults else ''))
            sys.stdout.flush()
            is_good = is_good and not faults
    return 0 if is_good else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
