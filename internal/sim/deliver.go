package sim

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"syscall"
	"time"
)

// answer is what will be sent.
type answer struct {
	status int
	header http.Header // may be nil
	body   []byte
}

func ok(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return fail(http.StatusInternalServerError)
	}
	return answer{status: http.StatusOK, body: body}
}

func fail(status int) answer { return failWith(status, messageFor(status)) }

func failWith(status int, message string) answer {
	return answer{status: status, body: errorBody(status, message)}
}

func errorBody(status int, message string) []byte {
	type detail struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	body, _ := json.Marshal(map[string]detail{"error": {status, message}})
	return body
}

// messageFor returns the documented message of a status.
func messageFor(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "Invalid request parameters"
	case http.StatusUnauthorized:
		return "Missing Authentication header"
	case http.StatusPaymentRequired:
		return "Insufficient credits. Add more using https://openrouter.ai/credits"
	case http.StatusForbidden:
		return "Only management keys can perform this operation"
	case http.StatusNotFound:
		return "Resource not found"
	case http.StatusRequestTimeout:
		return "Operation timed out. Please try again later."
	case http.StatusTooManyRequests:
		return "Rate limit exceeded"
	case http.StatusInternalServerError:
		return "Internal Server Error"
	case http.StatusBadGateway, 529:
		return "Provider returned error"
	case 524:
		return "Request timed out. Please try again later."
	}
	return http.StatusText(status)
}

// deliver sends an answer, as the fault has it travel.
func deliver(w http.ResponseWriter, r *http.Request, ans answer, f Fault, now time.Time) {
	if f.Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	pause(r, f.Delay)
	if f.Reset || f.Close {
		drop(w, f.Reset)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Date", now.Add(f.Skew).UTC().Format(http.TimeFormat))
	maps.Copy(h, ans.header)
	maps.Copy(h, f.Header)
	w.WriteHeader(ans.status)
	if f.Pace == 0 {
		_, _ = w.Write(ans.body)
		return
	}
	out := http.NewResponseController(w)
	for i := range ans.body {
		if _, err := w.Write(ans.body[i : i+1]); err != nil {
			return
		}
		_ = out.Flush()
		pause(r, f.Pace)
	}
}

// pause waits; it ends the answer if the request ends first.
func pause(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

// drop breaks the connection off.
func drop(w http.ResponseWriter, reset bool) {
	if p, inProcess := w.(*pipeWriter); inProcess && reset {
		p.cause = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	if reset {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, isTCP := conn.(*net.TCPConn); isTCP {
				_ = tcp.SetLinger(0) // closing then sends a reset
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
