#!/usr/bin/env python3
"""Holds api/openapi.yaml against a running station.

  openapi.py PORT JAR      JAR has a line "account passphrase"

Every documented operation is called, in the ways that lead to each of its documented answers that can be had
here. What comes must have a documented status and content type, and a body of the documented schema; what is
sent must be of the schema too, where it is meant to be. Prints one "ok - " or "not ok - " line per call.
"""
import http.client
import json
import re
import socket
import sys

# ---- YAML, as far as the file needs it ----


class Yaml:
    """Block mappings and lists by indent, quoted and plain scalars, flow lists and mappings, | blocks."""

    def __init__(self, text):
        self.lines = [line for line in text.split('\n') if not re.match(r'\s*(#|$)', line)]
        self.at = 0

    @staticmethod
    def indent(line):
        return len(line) - len(line.lstrip(' '))

    def block(self, indent):
        line = self.lines[self.at]
        return self.sequence(self.indent(line)) if line.lstrip().startswith('- ') else self.mapping(self.indent(line))

    def sequence(self, indent):
        items = []
        while self.at < len(self.lines) and self.indent(self.lines[self.at]) == indent:
            line = self.lines[self.at]
            if not line[indent:].startswith('- '):
                break
            rest = line[indent + 2:]
            if re.match(r"[\w'-]+:( |$)", rest):
                self.lines[self.at] = ' ' * (indent + 2) + rest
                items.append(self.mapping(indent + 2))
            else:
                self.at += 1
                items.append(self.flow(rest))
        return items

    def mapping(self, indent):
        found = {}
        while self.at < len(self.lines) and self.indent(self.lines[self.at]) == indent:
            name, rest = re.match(r"\s*('[^']*'|[^\s:][^:]*):(?: (.*))?$", self.lines[self.at]).groups()
            name = name.strip("'")
            if name in found:
                raise ValueError('twice: ' + name)
            self.at += 1
            if rest is None:
                found[name] = self.block(indent)
            elif rest == '|':
                text = []
                while self.at < len(self.lines) and self.indent(self.lines[self.at]) > indent:
                    text.append(self.lines[self.at].strip())
                    self.at += 1
                found[name] = '\n'.join(text) + '\n'
            else:
                found[name] = self.flow(rest)
        return found

    def flow(self, text):
        while text[0] in '[{' and text.count('[') + text.count('{') > text.count(']') + text.count('}'):
            text += ' ' + self.lines[self.at].strip()
            self.at += 1
        if text[0] not in '[{':
            return self.scalar(text)
        value, rest = self.flow_value(text)
        if rest.strip():
            raise ValueError('behind a flow value: ' + rest)
        return value

    def flow_value(self, text):
        text = text.lstrip()
        if text[0] == '[':
            items, text = [], text[1:].lstrip()
            while text[0] != ']':
                item, text = self.flow_value(text)
                items.append(item)
                text = text.lstrip().lstrip(',').lstrip()
            return items, text[1:]
        if text[0] == '{':
            found, text = {}, text[1:].lstrip()
            while text[0] != '}':
                name, text = re.match(r'([\w$-]+):\s*(.*)$', text).groups()
                found[name], text = self.flow_value(text)
                text = text.lstrip().lstrip(',').lstrip()
            return found, text[1:]
        one = re.match(r"'(?:[^']|'')*'|[^,\]}]*", text).group(0)
        return self.scalar(one.strip()), text[len(one):]

    @staticmethod
    def scalar(text):
        if text.startswith("'"):
            return text[1:-1].replace("''", "'")
        if text in ('true', 'false'):
            return text == 'true'
        return int(text) if re.fullmatch(r'-?\d+', text) else text


# ---- JSON schema, as far as the file needs it ----

TYPES = {'object': dict, 'array': list, 'string': str, 'integer': int, 'boolean': bool}
KNOWN = {'description', 'default', 'examples', '$ref', 'type', 'enum', 'pattern', 'maxLength', 'minimum', 'maximum',
         'items', 'minItems', 'maxItems', 'properties', 'required', 'additionalProperties', 'minProperties', 'anyOf',
         'allOf'}


class Schemas:
    def __init__(self, document):
        self.document = document

    def deref(self, node):
        while '$ref' in node:
            found = self.document
            for part in node['$ref'][2:].split('/'):
                found = found[part]
            node = found
        return node

    def faults(self, schema, value, path='$'):
        """What is wrong with the value, as a list of sentences."""
        schema = self.deref(schema)
        unknown = set(schema) - KNOWN
        if unknown:
            return ['%s: this checker does not know %s' % (path, sorted(unknown))]
        kind = schema.get('type')
        if kind and (not isinstance(value, TYPES[kind]) or (kind == 'integer' and isinstance(value, bool))):
            return ['%s: %r is no %s' % (path, value, kind)]
        found = []
        if 'enum' in schema and value not in schema['enum']:
            found.append('%s: %r is not in the list' % (path, value))
        if isinstance(value, str):
            if 'pattern' in schema and not re.search(schema['pattern'], value):
                found.append('%s: %r has another form' % (path, value))
            if len(value) > schema.get('maxLength', len(value)):
                found.append('%s: too long' % path)
        if isinstance(value, int) and not isinstance(value, bool):
            if not schema.get('minimum', value) <= value <= schema.get('maximum', value):
                found.append('%s: %r is out of bounds' % (path, value))
        if isinstance(value, list):
            if not schema.get('minItems', 0) <= len(value) <= schema.get('maxItems', len(value)):
                found.append('%s: %d items' % (path, len(value)))
            for i, item in enumerate(value):
                found += self.faults(schema.get('items', {}), item, '%s[%d]' % (path, i))
        if isinstance(value, dict):
            found += self.members(schema, value, path)
        for one in schema.get('allOf', []):
            found += self.faults(one, value, path)
        if 'anyOf' in schema and all(self.faults(one, value, path) for one in schema['anyOf']):
            found.append('%s: %r is none of the kinds it may be' % (path, value))
        return found

    def members(self, schema, value, path):
        found = ['%s: without %s' % (path, name) for name in schema.get('required', []) if name not in value]
        if len(value) < schema.get('minProperties', 0):
            found.append('%s: too few members' % path)
        for name, member in value.items():
            if name in schema.get('properties', {}):
                found += self.faults(schema['properties'][name], member, '%s.%s' % (path, name))
            elif schema.get('additionalProperties') is False:
                found.append('%s: %s is not documented' % (path, name))
        return found


# ---- calls ----


class Station:
    def __init__(self, document, port):
        self.document, self.port = document, port
        self.schemas = Schemas(document)
        self.cookie = None
        self.seen = {}  # operation -> statuses that came
        self.is_good = True
        self.operations = {}
        for path, methods in document['paths'].items():
            for method, operation in methods.items():
                self.operations[operation['operationId']] = (method.upper(), path, operation)

    def say(self, text, faults):
        print('%s - %s%s' % ('not ok' if faults else 'ok', text, ': ' + '; '.join(map(str, faults))[:600] if faults else ''))
        sys.stdout.flush()
        self.is_good = self.is_good and not faults

    def send(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        headers = dict(headers or {})
        if self.cookie and headers.pop('anonymous', None) is None:
            headers['Cookie'] = self.cookie
        headers.pop('anonymous', None)
        if body is not None:
            headers.setdefault('Content-Type', 'application/json')
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        line.request(method, path, body=body, headers=headers)
        return line.getresponse()

    def call(self, name, text, wanted, parts=None, query='', body=None, headers=None, is_sound=True):
        """One call of an operation; its answer's body."""
        method, path, operation = self.operations[name]
        for part, value in (parts or {}).items():
            path = path.replace('{%s}' % part, value)
        faults = []
        if body is not None and is_sound and not isinstance(body, bytes):
            schema = operation['requestBody']['content']['application/json']['schema']
            faults += ['sent ' + one for one in self.schemas.faults(schema, body)]
        answer = self.send(method, path + query, body, headers)
        return self.hold(name, text, wanted, answer, faults)

    def hold(self, name, text, wanted, answer, faults=()):
        """Holds an answer against what is documented of its operation; gives its body."""
        operation, faults = self.operations[name][2], list(faults)
        raw = answer.read()
        self.seen.setdefault(name, set()).add(answer.status)
        if answer.status != wanted:
            faults.append('status %d, not %d: %s' % (answer.status, wanted, raw[:200]))
        value = None
        if str(answer.status) not in operation['responses']:
            faults.append('status %d is not documented' % answer.status)
        else:
            more, value = self.judge(operation['responses'][str(answer.status)], answer, raw)
            faults += more
        if answer.getheader('Set-Cookie'):
            self.cookie = answer.getheader('Set-Cookie').split(';')[0]
        self.say('%s: %s (%d)' % (name, text, wanted), faults)
        return value

    def raw(self, head, body=b''):
        """The answer to bytes that no client of good manners sends."""
        line = socket.create_connection(('127.0.0.1', self.port), timeout=30)
        cookie = 'Cookie: %s\r\n' % self.cookie if self.cookie else ''
        line.sendall((head[0] + '\r\nHost: 127.0.0.1\r\n' + cookie + ''.join(one + '\r\n' for one in head[1:]) +
                      '\r\n').encode() + body)
        answer = http.client.HTTPResponse(line, method=head[0].split(' ')[0])
        answer.begin()
        return answer

    def judge(self, response, answer, raw):
        response = self.schemas.deref(response)
        content = response.get('content')
        if content is None:
            return (['a body where none is documented'] if raw else []), None
        kind = (answer.getheader('Content-Type') or '').split(';')[0]
        if kind not in content:
            return ['%s is not documented' % kind], None
        try:
            value = json.loads(raw)
        except ValueError:
            return ['no JSON: %r' % raw[:200]], None
        return self.schemas.faults(content[kind]['schema'], value), value

    def events(self, count, headers=None):
        """The first events of a stream: (name, id, data)."""
        method, path, operation = self.operations['stream']
        answer = self.send(method, path, headers=headers)
        kind = (answer.getheader('Content-Type') or '').split(';')[0]
        self.seen.setdefault('stream', set()).add(answer.status)
        if answer.status != 200 or kind not in operation['responses']['200']['content']:
            self.say('stream: opens', ['%d %s' % (answer.status, kind)])
            return
        event = {}
        while count:
            line = answer.readline().decode().rstrip('\n')
            if line == '':
                if 'data' in event:
                    count -= 1
                    yield event.get('event'), event.get('id'), json.loads(event['data'])
                event = {}
            elif ':' in line and not line.startswith(':'):
                name, value = line.split(':', 1)
                event[name] = value.lstrip(' ')


NOBODY = {'anonymous': '1'}
ELSE = 'A' * 43
INCIDENT = {'kind': 'incident', 'fields': {
    'type': 'atk.ambush', 'when': {'from': '2027-05-04T02:15+03:00', 'to': '2027-05-04T03:15+03:00'}, 'place': 'ME448251',
    'severity': 'red', 'persons': {'low': 2, 'high': 3}, 'means': ['foot', 'car'], 'armed': True, 'deaths': 0,
    'summary': 'هجوم "على" <السيطرة> \\ & more', 'ask': [{'party': 'b', 'by': '15m'}], 'origin': 'test:1'}}
BASE = {'type': 'mov.sighting', 'when': 'now', 'place': '38SME448251', 'persons': 3}


def sign(station, account, passphrase):
    who = {'account': account, 'passphrase': passphrase}
    station.call('health', 'tells nobody much', 200)
    station.call('signOn', 'no passphrase', 422, body={'account': account}, is_sound=False)
    station.call('signOn', 'a wrong one', 401, body=dict(who, passphrase='not this one'))
    for name, (method, path, operation) in station.operations.items():
        if operation.get('security') != []:
            parts = {'id': ELSE, 'preview': ELSE}
            body = {} if 'requestBody' in operation else None
            station.call(name, 'nobody may', 401, parts, body=body, is_sound=False,
                         headers=dict(NOBODY, **({'Content-Type': 'application/json'} if method == 'POST' else {})))
    import time
    time.sleep(0.7)  # after a wrong passphrase the account waits
    station.call('signOn', 'the right one', 200, body=who)
    station.call('health', 'tells more to who is signed on', 200)
    station.call('session', 'who', 200)
    station.call('station', 'how it is', 200)
    station.call('station', 'not in a duty that one has not', 403, headers={'Seam-Duty': 'admin'})


def file(station):
    filed = station.call('file', 'an incident with every shape', 201, body=INCIDENT)
    station.say('the grid zone that was assumed is said', [] if 'assumed_zone' in filed['heard'] else [filed])
    again = station.call('file', 'the same once more', 200, body=INCIDENT)
    station.say('is the same record', [] if again['id'] == filed['id'] else [again, filed])
    other = station.call('file', 'the origin for something else', 409, body=dict(
        INCIDENT, fields=dict(INCIDENT['fields'], deaths=7)))
    station.say('is refused with the field and the record held', [] if (other or {}).get('why') == 'origin_taken' and
                other.get('field') == 'deaths' and filed['id'] in other.get('detail', '') else [other])
    now = {'kind': 'sighting', 'fields': dict(BASE, origin='test:now')}
    first = station.call('file', 'a time that is now', 201, body=now)
    same = station.call('file', 'the same a moment later', 200, body=now)
    station.say('is the same all the same', [] if same['id'] == first['id'] else [first, same])
    looked = {'kind': 'sighting', 'fields': dict(BASE, origin='test:looked', when='2026-03-04')}
    shown = [station.call('preview', 'with an origin, %s' % n, 200, body=looked)['preview'] for n in ('once', 'twice')]
    headers = {'Content-Type': 'application/json'}
    first = station.call('confirm', 'files it', 201, {'preview': shown[0]}, headers=headers)
    same = station.call('confirm', 'the other look at it', 200, {'preview': shown[1]}, headers=headers)
    again = station.call('file', 'the same without a look', 200, body=looked)
    station.say('is one record', [] if first['id'] == same['id'] == again['id'] else [first, same, again])
    station.call('preview', 'of what is held', 409, body=looked)
    point = {'lat_e7': 354680000, 'lon_e7': 443920000, 'level': '1km'}
    station.call('file', 'a sighting at a point', 201, body={'kind': 'sighting', 'fields': dict(BASE, place=point, armed='no')})
    casualty = {'kind': 'casualty', 'fields': {'group': 'own', 'when': 'now', 'incident': filed['id'], 'killed': '2-3',
                                               'stated_by': 'a-1', 'wounded': 'several'}}
    station.call('file', 'casualties', 201, body=casualty)
    station.call('file', 'the same thread amended', 201, body=dict(
        INCIDENT, thread=filed['thread'], fields=dict(INCIDENT['fields'], severity='green', cites=[filed['id']])))
    station.call('file', 'what it was before', 200, body=INCIDENT)
    station.call('file', 'and what it says since', 200, body=dict(
        INCIDENT, fields=dict(INCIDENT['fields'], severity='green', cites=[filed['id']])))
    import datetime
    far = [(datetime.date.today() + datetime.timedelta(days)).isoformat() for days in (40, -2000)]
    for when, heard in ((far[0], ['ahead']), (far[1], ['past']), ('now', [])):
        odd = station.call('file', 'a sighting of ' + when, 201, body={'kind': 'sighting', 'fields': dict(BASE, when=when)})
        station.say('says of its time %s' % heard, [] if (odd or {}).get('heard') == heard else [odd])
    shown = station.call('preview', 'of one far ahead', 200, body={'kind': 'sighting', 'fields': dict(BASE, when=far[0])})
    station.say('says so before', [] if (shown or {}).get('heard') == ['ahead'] else [shown])
    for text, wanted, body in (
            ('no JSON', 400, b'{'), ('a name twice', 400, b'{"kind":"incident","kind":"incident","fields":{}}'),
            ('no fields', 400, {'kind': 'incident'}), ('a kind that is none', 422, {'kind': 'rumour', 'fields': {}}),
            ('a field that is none', 422, {'kind': 'incident', 'fields': {'name': 'x'}}),
            ('what must be there is not', 422, {'kind': 'incident', 'fields': {}}),
            ('a code that is none', 422, {'kind': 'incident', 'fields': dict(BASE, type='x')}),
            ('a duty said by who files', 422, {'kind': 'sighting', 'fields': dict(BASE, duty='director')}),
            ('a note about what is not held', 404, {'kind': 'retract', 'fields': {'re': ELSE}}),
            ('an alert', 422, {'kind': 'alert', 'fields': {'rule': 'chain', 'when': 'now'}}),
            ('a shift that is none', 422, {'kind': 'shift', 'fields': {'state': 'active', 'when': 'now'}}),
            ('too long a text', 413, {'kind': 'sighting', 'fields': dict(BASE, summary='x' * 40000)})):
        problem = station.call('file', text, wanted, body=body, is_sound=False)
        if not isinstance(problem, dict) or not problem.get('why'):
            station.say('with a reason', [problem])
    station.call('file', 'as who may not', 403, body=INCIDENT, headers={'Seam-Duty': 'analyst'})
    return filed


def about(station, filed):
    at = {'id': filed['id']}
    station.call('answer', 'in words', 201, at, body={'answer': 'noted', 'text': 'seen by the watch'})
    station.call('answer', 'with a time', 201, at, body={'answer': 'on_the_way', 'eta': '30m'})
    station.call('answer', 'no word that is one', 422, at, body={'answer': 'maybe'}, is_sound=False)
    station.call('answer', 'to two things', 400, at, body={'answer': 'noted', 're': filed['id']}, is_sound=False)
    station.call('answer', 'to what is not held', 404, {'id': ELSE}, body={'answer': 'noted'})
    station.call('told', 'by radio', 201, at, body={'told_party': 'b', 'told_by': 'radio', 'told_duty': 'watch', 'read_back': True})
    station.call('told', 'by no means', 422, at, body={'told_party': 'b', 'told_by': 'dream'}, is_sound=False)
    station.call('answer', 'with too many words', 413, at, body={'answer': 'noted', 'text': 'x' * 40000}, is_sound=False)
    station.call('told', 'with too many words', 413, at, body={'told_party': 'b', 'told_by': 'radio', 'text': 'x' * 40000}, is_sound=False)
    station.call('told', 'to a party of no list', 404, at, body={'told_party': 'zz', 'told_by': 'radio'})
    station.call('told', 'no JSON', 400, at, body=b'[', is_sound=False)
    statement = station.call('file', 'words for another party', 201, body={
        'kind': 'statement', 'fields': {'text': 'we have moved the post', 'lang': 'en'}})
    waits = [one for one in statement['parties'] if one['party'] == 'b']
    station.say('wait for an officer', [] if waits and waits[0]['state'] == 'held_back' else [statement])
    station.call('send', 'as watch', 403, {'id': statement['id']}, body={'party': 'b'}, headers={'Seam-Duty': 'watch'})
    sent = station.call('send', 'as liaison', 200, {'id': statement['id']}, body={'party': 'b'}, headers={'Seam-Duty': 'liaison'})
    station.say('it goes', [] if sent and sent['state'] == 'queued' else [sent])
    station.call('send', 'what waits for nobody', 409, at, body={'party': 'b'}, headers={'Seam-Duty': 'liaison'})
    station.call('send', 'to nobody', 400, at, body={}, is_sound=False)
    whole = station.call('record', 'with all that is around it', 200, at)
    if whole:
        station.say('two versions, two answers, losses, what it was told', [] if (
            len(whole['versions']) == 2 and len(whole['answers']) == 2 and whole['losses'] and len(whole['told']) == 1 and
            len(whole['together']) == 2) else [{name: len(rows) for name, rows in whole.items() if isinstance(rows, list)}])
    station.call('record', 'that is not held', 404, {'id': ELSE})
    station.call('record', 'that is no id', 404, {'id': 'x'})


def look(station):
    shown = station.call('preview', 'what b would get', 200, body={'kind': 'sighting', 'fields': BASE})
    if shown:
        b = [one for one in shown['parties'] if one['party'] == 'b'][0]
        station.say('a coarser place, and no number of persons', [] if b['fields'].get('place') == '38SME4425' and
                    'persons' not in b['fields'] else [b['fields']])
        at = {'preview': shown['preview']}
        headers = {'Content-Type': 'application/json'}
        station.call('confirm', 'what was shown', 201, at, headers=headers)
        station.call('confirm', 'only once', 422, at, headers=headers)
        station.call('confirm', 'no preview', 404, {'preview': 'x'}, headers=headers)
    station.call('preview', 'what is not whole', 422, body={'kind': 'sighting', 'fields': {}})
    station.call('preview', 'no JSON', 400, body=b'nothing', is_sound=False)


def ask(station, filed):
    page = station.call('records', 'newest first', 200, query='?limit=2')
    station.say('a page has a next one', [] if page and len(page['records']) == 2 and 'next' in page else [page])
    seen, after = [], ''
    for _ in range(20):
        page = station.call('records', 'page by page', 200, query='?limit=2&history=yes&kind=incident,sighting,casualty' + after)
        seen += [row['id'] for row in page['records']]
        if 'next' not in page:
            break
        after = '&after=' + page['next']
    station.say('every record once', [] if len(seen) == len(set(seen)) and filed['id'] in seen else [seen])
    for query in ('kind=incident', 'type=atk', 'from=2027-05', 'to=now', 'bbox=44,35,45,36', 'near=38SME448251,5000',
                  'governorate=Kirkuk', 'district=x', 'party=a', 'station=a/one', 'text=%D9%87%D8%AC%D9%88%D9%85', 'answered=no'):
        station.call('records', 'by ' + query.split('=')[0], 200, query='?' + query)
    for query in ('kind=rumour', 'type=zz', 'from=soon', 'bbox=1,2,3', 'near=x', 'party=!', 'limit=0', 'limit=201', 'after=x',
                  'answered=maybe'):
        station.call('records', 'not by ' + query, 422, query='?' + query)
    station.call('records', 'not by a colour', 400, query='?colour=red')
    station.call('count', 'one cell', 200)
    cells = station.call('count', 'by kind and type, with deaths', 200, query='?by=kind,type&sum=deaths&from=2027-01')
    station.say('some', [] if cells and cells['cells'] else [cells])
    station.call('count', 'by place and zone', 200, query='?by=place,zone')
    for query in ('by=colour', 'by=kind,type,year,month', 'sum=sorrow', 'sum=place', 'type=zz'):
        station.call('count', 'not ' + query, 422, query='?' + query)
    station.call('count', 'not by a colour', 400, query='?colour=red')
    waits = station.call('waiting', 'what is due', 200)
    station.say('b is due to answer', [] if waits and [one for one in waits['others'] if one['party'] == 'b'] else [waits])


def follow(station):
    stream = station.events(2)
    name, at, data = next(stream)
    schema_faults = [] if name == 'begin' and data['ids'] == [] and re.match(r'\d+\.[\w-]{43}$', at) else [name, at, data]
    station.say('stream: begins', schema_faults)
    filed = station.call('file', 'while somebody follows', 201, body={'kind': 'sighting', 'fields': BASE})
    name, at_two, data = next(stream)
    station.say('stream: its id comes', [] if name == 'change' and data['ids'] == [filed['id']] else [name, data])
    name, _, data = next(station.events(1, {'Last-Event-ID': at}))
    station.say('stream: who was away hears of it', [] if name == 'change' and data['ids'] == [filed['id']] else [name, data])
    name, _, data = next(station.events(1, {'Last-Event-ID': at_two}))
    station.say('stream: who was not hears of nothing', [] if name == 'change' and data['ids'] == [] else [name, data])
    for stale in ('999999.' + ELSE, '1.' + ELSE, 'nonsense'):
        name, _, _ = next(station.events(1, {'Last-Event-ID': stale}))
        station.say('stream: who comes from elsewhere begins anew', [] if name == 'anew' else [name])


def everywhere(station):
    """What is refused of every operation, by its own documented answer."""
    methods = {}
    for name, (method, path, operation) in station.operations.items():
        methods.setdefault(path, set()).add(method)
        at = path.replace('{id}', ELSE).replace('{preview}', ELSE)
        post = method == 'POST'
        json_type = {'Content-Type': 'application/json'} if post else {}
        body = b'{}' if 'requestBody' in operation else None
        takes = [station.schemas.deref(one) for one in operation.get('parameters', [])]
        if not [one for one in takes if one['in'] == 'query']:
            for query in ('?x=1', '?limit=1', '?lang=ar'):
                station.hold(name, 'not with ' + query, 400, station.send(method, at + query, body, json_type))
        if operation.get('security') != []:
            station.say('%s: is done in a duty' % name, [] if [one for one in takes if one['name'] == 'Seam-Duty'] else [takes])
            station.hold(name, 'in a duty that is none', 403,
                         station.send(method, at, body, dict(json_type, **{'Seam-Duty': 'nonsense'})))
        if post:
            for kind in ('text/plain', 'application/x-www-form-urlencoded', 'application/json-patch+json'):
                station.hold(name, 'not as ' + kind, 415, station.send(method, at, b'{}', {'Content-Type': kind}))
            station.hold(name, 'not without a length', 411,
                         station.raw(['POST %s HTTP/1.1' % at, 'Content-Type: application/json']))
            station.hold(name, 'not in pieces', 411, station.raw(
                ['POST %s HTTP/1.1' % at, 'Content-Type: application/json', 'Transfer-Encoding: chunked'], b'2\r\n{}\r\n0\r\n\r\n'))
            station.hold(name, 'not so large', 413, station.raw(
                ['POST %s HTTP/1.1' % at, 'Content-Type: application/json', 'Content-Length: 300000']))
    for path, documented in methods.items():
        at = path.replace('{id}', ELSE).replace('{preview}', ELSE)
        allowed = documented | ({'HEAD'} if 'GET' in documented else set())
        for method in ('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'):
            if method in allowed:
                continue
            answer = station.raw(['%s %s HTTP/1.1' % (method, at), 'Content-Type: application/json', 'Content-Length: 0'])
            said = set((answer.getheader('Allow') or '').split(', '))
            station.say('%s %s: 405, and what is allowed' % (method, path), (
                [] if answer.status == 405 and said == allowed else [answer.status, sorted(said), sorted(allowed)]))
            station.say('which any operation may answer', [] if '405' in station.document['x-any-operation'] else ['no'])


def edges(station):
    """What is not documented is not there."""
    for method, path, wanted in (('GET', '/api/v1', 404), ('GET', '/api/v1/', 404), ('GET', '/api/v1/nothing', 404),
                                 ('GET', '/api/v2/records', 404), ('GET', '/api/v1/records/x/y', 404),
                                 ('DELETE', '/api/v1/records', 405), ('PUT', '/api/v1/records', 405),
                                 ('GET', '/api/v1/previews', 405)):
        answer = station.send(method, path, body=b'{}' if method == 'PUT' else None)
        raw = answer.read()
        faults = [] if answer.status == wanted else [answer.status]
        try:
            faults += station.schemas.faults({'$ref': '#/components/schemas/Problem'}, json.loads(raw))
        except ValueError:
            faults.append(raw[:100])
        station.say('%s %s is not there (%d)' % (method, path, wanted), faults)


def main(arguments):
    source, port, jar = arguments
    with open(source + '/api/openapi.yaml', encoding='utf-8') as file_:
        document = Yaml(file_.read()).mapping(0)
    with open(jar, encoding='utf-8') as file_:
        account, passphrase = file_.read().strip().split(' ', 1)
    station = Station(document, int(port))
    sign(station, account, passphrase)
    filed = file(station)
    about(station, filed)
    look(station)
    ask(station, filed)
    follow(station)
    everywhere(station)
    edges(station)
    station.call('signOff', 'goes', 204)
    station.call('session', 'is gone', 401)
    # no operation that was left out, and of each its success
    for name, (_, _, operation) in station.operations.items():
        wanted = {int(status) for status in operation['responses'] if status < '300'}
        missing = wanted - station.seen.get(name, set())
        station.say('%s: each of its good answers came' % name, ['never %d' % one for one in sorted(missing)])
    return 0 if station.is_good else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
