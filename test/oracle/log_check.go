// An independent look at a station's log: opens the checkpoint with golang.org/x/mod/sumdb/note, proves every leaf
// included and every earlier tree a prefix, from the tile files alone, with golang.org/x/mod/sumdb/tlog.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run test/oracle/log_check.go HOME [VKEY]
//
// Debian packages: golang-go, golang-golang-x-mod-dev.  Prints one line; exit 1 names the first thing that is wrong.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tiles struct {
	dir  string
	held map[string][]byte
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, one := range list {
		// tile/8/L/N in Go's module database is tile/L/N in C2SP tlog-tiles
		path := "tile/" + strings.TrimPrefix(one.Path(), "tile/8/")
		data, ok := t.held[path]
		if !ok {
			var err error
			data, err = os.ReadFile(filepath.Join(t.dir, path))
			if err != nil {
				return nil, err
			}
			t.held[path] = data
		}
		out = append(out, data)
	}
	return out, nil
}

func fail(format string, arguments ...interface{}) {
	fmt.Printf("log_check: "+format+"\n", arguments...)
	os.Exit(1)
}

func newestLog(home string) string {
	list, _ := os.ReadDir(filepath.Join(home, "log"))
	newest := 0
	for _, one := range list {
		if n, err := strconv.Atoi(one.Name()); err == nil && n > newest {
			newest = n
		}
	}
	if newest == 0 {
		fail("no log in %s", home)
	}
	return filepath.Join(home, "log", strconv.Itoa(newest))
}

func openHead(dir, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("vkey: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		fail("%v", err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		fail("checkpoint: not origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("checkpoint: size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		fail("checkpoint: root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func readEntries(dir string, size int64) [][]byte {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}
		path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/")
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			fail("%v", err)
		}
		for len(data) >= 2 {
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				fail("%s is cut off", path)
			}
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
	}
	if int64(len(entries)) != size {
		fail("%d entries under a head of %d", len(entries), size)
	}
	return entries
}

func main() {
	if len(os.Args) < 2 {
		fail("usage: log_check HOME [VKEY]")
	}
	home := os.Args[1]
	var vkey string
	if len(os.Args) > 2 {
		vkey = os.Args[2]
	} else {
		text, err := os.ReadFile(filepath.Join(home, "log.vkey"))
		if err != nil {
			fail("%v", err)
		}
		vkey = strings.TrimSpace(string(text))
	}
	dir := newestLog(home)
	tree := openHead(dir, vkey)
	reader := tlog.TileHashReader(tree, &tiles{dir, map[string][]byte{}})

	// a second tree, from the entries alone
	var stored []tlog.Hash
	fromEntries := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			out = append(out, stored[index])
		}
		return out, nil
	})
	var earlier []tlog.Hash
	for i, entry := range readEntries(dir, tree.N) {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		if err != nil {
			fail("leaf %d: %v", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			fail("leaf %d is not included: %v", i, err)
		}
		added, err := tlog.StoredHashes(int64(i), entry, fromEntries)
		if err != nil {
			fail("leaf %d: %v", i, err)
		}
		stored = append(stored, added...)
		root, err := tlog.TreeHash(int64(i)+1, fromEntries)
		if err != nil {
			fail("tree %d: %v", i+1, err)
		}
		earlier = append(earlier, root)
	}
	for i, root := range earlier {
		proof, err := tlog.ProveTree(tree.N, int64(i)+1, reader)
		if err != nil {
			fail("tree %d: %v", i+1, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, int64(i)+1, root); err != nil {
			fail("tree %d is no prefix: %v", i+1, err)
		}
	}
	fmt.Printf("log_check: %d leaves included, %d trees consistent, head signed\n", tree.N, len(earlier))
}
