// Room tokens for your own server: Go 1.19 or newer, no dependencies.
//
//	ZEGO_APP_ID=1234567890 ZEGO_SERVER_SECRET=... go run .
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type claims struct {
	AppID   uint32 `json:"app_id"`
	UserID  string `json:"user_id"`
	Nonce   int32  `json:"nonce"`
	Ctime   int64  `json:"ctime"`
	Expire  int64  `json:"expire"`
	Payload string `json:"payload"`
}

// token04 makes a token in the GCM form at c.Ctime (Unix seconds). entropy is 12 bytes of iv, which must never be used
// twice with the same secret, and 4 of nonce; draw it anew for every token.
func token04(c claims, secret string, lifetime int64, entropy [16]byte) (string, error) {
	switch isASCII := strings.IndexFunc(secret, func(r rune) bool { return r > 0x7f }) < 0; {
	case c.AppID == 0:
		return "", errors.New("app id (code 1)")
	case len(c.UserID) < 1 || len(c.UserID) > 64:
		return "", errors.New("user id (code 3)")
	case len(secret) != 32 || !isASCII:
		return "", errors.New("secret (code 5)")
	case lifetime < 1 || lifetime >= 1<<53-c.Ctime:
		return "", errors.New("lifetime (code 6)")
	}
	c.Expire, c.Nonce = c.Ctime+lifetime, int32(binary.BigEndian.Uint32(entropy[12:]))
	plaintext, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher([]byte(secret))
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	sealed := gcm.Seal(nil, entropy[:12], plaintext, nil)
	if len(sealed) > 0xffff {
		return "", errors.New("payload too long")
	}
	body := binary.BigEndian.AppendUint64(nil, uint64(c.Expire))
	for _, part := range [][]byte{entropy[:12], sealed} {
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(part))), part...)
	}
	return "04" + base64.StdEncoding.EncodeToString(append(body, 1)), nil
}

// authenticatedUser tells who is asking. Replace it by your own login: a token for whoever names a user lets anyone be
// anyone.
func authenticatedUser(*http.Request) string { return "" }

func serveToken(w http.ResponseWriter, r *http.Request) {
	user, entropy := authenticatedUser(r), [16]byte{}
	if user == "" {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	appID, appErr := strconv.ParseUint(os.Getenv("ZEGO_APP_ID"), 10, 32)
	_, randErr := rand.Read(entropy[:])
	c := claims{AppID: uint32(appID), UserID: user, Ctime: time.Now().Unix()}
	token, err := token04(c, os.Getenv("ZEGO_SERVER_SECRET"), 3600, entropy)
	if appErr != nil || randErr != nil || err != nil {
		http.Error(w, "cannot make a token", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(map[string]string{"userId": user, "token": token})
}

func main() {
	http.HandleFunc("/token", serveToken)
	panic(http.ListenAndServe("127.0.0.1:8080", nil))
}
