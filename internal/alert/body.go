package alert

import (
	"bytes"
	"encoding/json"
	"net/url"
	"ortop/internal/text"
	"path"
	"strings"
)

// request returns where and in which form the channel's service takes an
// event: its JSON for a webhook, else a message without markup.
func (c Channel) request(u *url.URL, e Event) (to *url.URL, body []byte) {
	message := e.title() + ": " + e.Text
	switch c.Via {
	case Slack:
		// https://docs.slack.dev/messaging/formatting-message-text: these three
		// characters, escaped, are all that makes mentions and links.
		message = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(message)
		return u, encode(map[string]any{"text": message})
	case Discord:
		return u, encode(map[string]any{
			"content":          discordText.Replace(message),
			"allowed_mentions": map[string]any{"parse": []string{}},
			"flags":            1 << 2, // no previews of links
		})
	case Telegram:
		if !strings.HasSuffix(u.Path, "/sendMessage") {
			u = u.JoinPath("sendMessage")
		}
		return u, encode(map[string]any{
			"chat_id":              c.To,
			"text":                 message,
			"link_preview_options": map[string]any{"is_disabled": true},
		})
	case Ntfy:
		// https://docs.ntfy.sh/publish/#publish-as-json: posted to the server's
		// root, with the topic inside.
		root := *u
		root.Path, root.RawPath = path.Dir(strings.TrimRight(u.Path, "/")), ""
		priority := map[Level]int{Info: 2, Warning: 3, Urgent: 5}[e.Level]
		if e.Cleared {
			priority = 2
		}
		return &root, encode(map[string]any{
			"topic": path.Base(u.Path), "title": e.title(), "message": e.Text, "priority": priority,
		})
	}
	return u, eventJSON(e)
}

// discordText takes the meaning from every character that Discord's markup
// gives one.
var discordText = func() *strings.Replacer {
	var pairs []string
	for _, c := range `\*_~|[]()<>#:@-` + "`" {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	return strings.NewReplacer(pairs...)
}()

// eventJSON is the event as webhooks and commands get it.
func eventJSON(e Event) []byte {
	return encode(struct {
		Schema int `json:"schema"`
		Event
	}{1, e})
}

// encode writes v, which holds nothing that JSON cannot.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return text.Figures(bytes.TrimSpace(b.Bytes()))
}
