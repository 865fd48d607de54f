package courier

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"time"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// requestOf returns where and in which form the channel's service takes an
// event: its JSON for a webhook, else a message in the service's own parts, without
// markup.
func requestOf(c *alert.Channel, u *url.URL, e *alert.Event) (to *url.URL, body []byte) {
	switch c.Via {
	case alert.Slack:
		return u, encode(slackMessage(e))
	case alert.Discord:
		return u, encode(map[string]any{
			"embeds": []any{discordEmbed(e)}, "allowed_mentions": map[string]any{"parse": []string{}},
		})
	case alert.Telegram:
		if !strings.HasSuffix(u.Path, "/sendMessage") {
			u = u.JoinPath("sendMessage")
		}
		m := map[string]any{
			"chat_id":              c.To,
			"text":                 mark(e) + subject(e) + "\n\n" + strings.Join(lines(e), "\n"),
			"link_preview_options": map[string]any{"is_disabled": true},
			"disable_notification": e.Level == alert.Info || e.Cleared,
		}
		if e.Page != "" { // https://core.telegram.org/bots/api#inlinekeyboardbutton
			m["reply_markup"] = map[string]any{"inline_keyboard": [][]any{{map[string]any{"text": e.Do, "url": e.Page}}}}
		}
		return u, encode(m)
	case alert.Ntfy:
		// https://docs.ntfy.sh/publish/#publish-as-json: posted to the server's
		// root, with the topic inside.
		root := *u
		root.Path, root.RawPath = path.Dir(strings.TrimRight(u.Path, "/")), ""
		return &root, encode(ntfyMessage(path.Base(u.Path), e))
	}
	return u, eventJSON(*e)
}

//go:noinline
func slackText(s string) map[string]any {
	return map[string]any{"type": "plain_text", "text": s, "emoji": false}
}

// slackMessage has blocks of plain text, and a text for notifications: see
// https://docs.slack.dev/reference/block-kit/blocks. In the text these three
// characters, escaped, are all that makes mentions and links.
func slackMessage(e *alert.Event) map[string]any {
	blocks := []any{
		map[string]any{"type": "header", "text": slackText(text.Safe(mark(e)+subject(e), alert.MaxTitle))},
		map[string]any{"type": "section", "text": slackText(strings.Join(lines(e), "\n"))},
	}
	if e.Page != "" {
		blocks = append(blocks, map[string]any{"type": "actions", "elements": []any{
			map[string]any{"type": "button", "text": slackText(e.Do), "url": e.Page},
		}})
	}
	return map[string]any{
		"text":   strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(mark(e) + subject(e)),
		"blocks": blocks,
	}
}

// discordEmbed is a card with a coloured edge: see
// https://docs.discord.com/developers/resources/message#embed-object.
func discordEmbed(e *alert.Event) map[string]any {
	colors := map[alert.Level]int{alert.Info: 0x6f8fdc, alert.Warning: 0xe5b13a, alert.Urgent: 0xe0533d}
	card := map[string]any{
		"title": discordText.Replace(mark(e) + subject(e)), "description": discordText.Replace(strings.Join(lines(e), "\n")),
		"color": colors[e.Level], "timestamp": e.At.UTC().Format(time.RFC3339),
	}
	if e.Cleared {
		card["color"] = 0x4ec98a
	}
	if e.Page != "" {
		card["url"] = e.Page
		card["footer"] = map[string]any{"text": e.Do + ": " + e.Page}
	}
	return card
}

// ntfyMessage has a title, a priority, tags and what a tap opens.
func ntfyMessage(topic string, e *alert.Event) map[string]any {
	m := map[string]any{
		"topic": topic, "title": subject(e), "message": strings.Join(lines(e), "\n"),
		"priority": map[alert.Level]int{alert.Info: 2, alert.Warning: 3, alert.Urgent: 5}[e.Level],
		"tags":     []string{map[alert.Level]string{alert.Info: "information_source", alert.Warning: "warning", alert.Urgent: "rotating_light"}[e.Level]},
	}
	if e.Cleared {
		m["priority"], m["tags"] = 2, []string{"white_check_mark"}
	}
	if e.Page != "" {
		m["click"] = e.Page
		m["actions"] = []any{map[string]any{"action": "view", "label": e.Do, "url": e.Page}}
	}
	return m
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
func eventJSON(e alert.Event) []byte {
	e.Since, e.At = e.Since.Truncate(time.Second), e.At.Truncate(time.Second)
	covers := []string{}
	for _, c := range e.Covers {
		covers = append(covers, c.ID)
	}
	return encode(struct {
		Schema int    `json:"schema"`
		ID     string `json:"id"`
		// CoversIDs are of the alerts that this one says too: they begin, or are
		// over, with it.
		CoversIDs []string `json:"covers"`
		alert.Event
	}{1, e.ID, covers, e})
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
