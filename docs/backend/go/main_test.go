package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const secret = "0123456789abcdef0123456789abcdef"

type vector struct {
	ID, Variant, Token string
	Input              struct {
		AppID    uint32 `json:"app_id"`
		UserID   string `json:"user_id"`
		Secret   string
		Ctime    int64
		Lifetime int64 `json:"effective_seconds"`
		Payload  string
		Nonce    int32
		IV       string `json:"gcm_nonce_hex"`
	}
}

func TestEveryGCMVectorIsMadeByteForByte(t *testing.T) {
	text, err := os.ReadFile("../../../src/token/tests/fixtures/token04_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Vectors []vector `json:"encode_vectors"`
	}
	if err := json.Unmarshal(text, &fixture); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, v := range fixture.Vectors {
		if v.Variant != "GCM" {
			continue
		}
		count++
		var entropy [16]byte
		iv, err := hex.DecodeString(v.Input.IV)
		if err != nil {
			t.Fatal(err)
		}
		copy(entropy[:], iv)
		binary.BigEndian.PutUint32(entropy[12:], uint32(v.Input.Nonce))
		c := claims{AppID: v.Input.AppID, UserID: v.Input.UserID, Ctime: v.Input.Ctime, Payload: v.Input.Payload}
		token, err := token04(c, v.Input.Secret, v.Input.Lifetime, entropy)
		if err != nil || token != v.Token {
			t.Errorf("%s: %v %s", v.ID, err, token)
		}
	}
	if count != 12 {
		t.Errorf("%d vectors", count)
	}
}

func TestValuesOutOfRangeAreRefused(t *testing.T) {
	cases := []struct {
		why      string
		c        claims
		secret   string
		lifetime int64
	}{
		{"code 1", claims{UserID: "u"}, secret, 60},
		{"code 3", claims{AppID: 1}, secret, 60},
		{"code 3", claims{AppID: 1, UserID: strings.Repeat("用", 22)}, secret, 60},
		{"code 5", claims{AppID: 1, UserID: "u"}, "short", 60},
		{"code 5", claims{AppID: 1, UserID: "u"}, strings.Repeat("é", 16), 60},
		{"code 6", claims{AppID: 1, UserID: "u"}, secret, 0},
		{"code 6", claims{AppID: 1, UserID: "u"}, secret, -5},
		{"payload", claims{AppID: 1, UserID: "u", Payload: strings.Repeat("p", 66000)}, secret, 60},
	}
	for _, c := range cases {
		if _, err := token04(c.c, c.secret, c.lifetime, [16]byte{}); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", c.why, err)
		}
	}
}
