// An independent look at countersigning: does what a log sends to a witness prove what tlog-witness wants, and is what a
// witness answers a cosignature/v1 over that head?  Proofs are checked with golang.org/x/mod/sumdb/tlog, the log's line
// with sumdb/note, the countersignature by hand, with crypto/ed25519.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run test/oracle/witness_check.go LOG-VKEY WITNESS-VKEY REQUEST ANSWER [HELD]
//
// REQUEST is the body of add-checkpoint, ANSWER that of its answer 200, HELD the checkpoint last countersigned when
// the old size is not 0.  Debian packages: golang-go, golang-golang-x-mod-dev.  Exit 1 names what is wrong.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, arguments ...interface{}) {
	fmt.Printf("witness_check: "+format+"\n", arguments...)
	os.Exit(1)
}

func read(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		fail("%v", err)
	}
	return string(data)
}

// The text of a head signed by the log, and the tree that it says.
func openHead(bytes, vkey string) (string, tlog.Tree) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("vkey: %v", err)
	}
	opened, err := note.Open([]byte(bytes), note.VerifierList(verifier))
	if err != nil {
		fail("head: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		fail("head: not origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		fail("head: size %q", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		fail("head: root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return opened.Text, tree
}

// Old size, proof and head of a request.
func splitRequest(body string) (int64, tlog.TreeProof, string) {
	end := strings.Index(body, "\n\n")
	if end < 0 {
		fail("request: no empty line")
	}
	lines := strings.Split(body[:end], "\n")
	if !strings.HasPrefix(lines[0], "old ") {
		fail("request: first line %q", lines[0])
	}
	old, err := strconv.ParseInt(lines[0][4:], 10, 64)
	if err != nil || "old "+strconv.FormatInt(old, 10) != lines[0] {
		fail("request: old size %q", lines[0])
	}
	if len(lines) > 64 {
		fail("request: %d proof lines", len(lines)-1)
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			fail("request: proof line %q", line)
		}
		var one tlog.Hash
		copy(one[:], hash)
		proof = append(proof, one)
	}
	return old, proof, body[end+2:]
}

// A vkey of type 0x04: note.NewVerifier knows only 0x01.
func cosignatureKey(vkey string) (string, uint32, ed25519.PublicKey) {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	if len(parts) != 3 {
		fail("witness vkey: %q", vkey)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		fail("witness vkey: not of type 4")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		fail("witness vkey: its id is %08x", id)
	}
	return parts[0], id, key[1:]
}

func checkLine(answer, vkey, text string) uint64 {
	name, id, public := cosignatureKey(vkey)
	prefix := "— " + name + " "
	if strings.Count(answer, "\n") != 1 || !strings.HasPrefix(answer, prefix) || !strings.HasSuffix(answer, "\n") {
		fail("answer: not one line of %s", name)
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(strings.TrimPrefix(answer, prefix), "\n"))
	if err != nil || len(blob) != 4+8+64 || binary.BigEndian.Uint32(blob) != id {
		fail("answer: not a cosignature/v1 of that key")
	}
	at := binary.BigEndian.Uint64(blob[4:])
	var message bytes.Buffer
	fmt.Fprintf(&message, "cosignature/v1\ntime %d\n%s", at, text)
	if at == 0 || !ed25519.Verify(public, message.Bytes(), blob[12:]) {
		fail("answer: the countersignature does not hold")
	}
	return at
}

func main() {
	if len(os.Args) < 5 {
		fail("usage: witness_check LOG-VKEY WITNESS-VKEY REQUEST ANSWER [HELD]")
	}
	old, proof, head := splitRequest(read(os.Args[3]))
	text, tree := openHead(head, os.Args[1])
	switch {
	case old == 0 || old == tree.N:
		if len(proof) != 0 {
			fail("request: a proof where none is wanted")
		}
	case len(os.Args) < 6:
		fail("request: old size %d without the head held", old)
	default:
		_, held := openHead(read(os.Args[5]), os.Args[1])
		if held.N != old {
			fail("request: old size %d, but %d is held", old, held.N)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, held.N, held.Hash); err != nil {
			fail("request: %v", err)
		}
	}
	at := checkLine(read(os.Args[4]), os.Args[2], text)
	fmt.Printf("witness_check: %d to %d proven, countersigned at %d\n", old, tree.N, at)
}
