// Package client reads an OpenRouter account: what was bought, what was
// spent, and what the key that asks may still spend.
//
//	c, err := client.New(client.Config{Key: client.NewSecret(os.Getenv("OPENROUTER_API_KEY"))})
//	if err != nil {
//		return err
//	}
//	credits, err := c.Credits(ctx)
//
// It only ever reads. Money is in USD (one credit is one dollar), and a value
// that the API did not give is nil, never 0.
//
// # Answers
//
// OpenRouter adds fields without notice, so those that are unknown are
// ignored. What is known is read strictly, because a wrong number is worse
// than none; an answer is malformed (ErrMalformed) where
//
//   - it is no JSON object in UTF-8, has anything after it, begins with a byte
//     order mark, or is larger than 1 MiB once decompressed. The declared
//     media type is not asked for: only the JSON counts;
//   - an object that is read has a field twice. Names match exactly;
//   - a required sum is missing or null: total_credits and total_usage of
//     GET /credits, usage of GET /key;
//   - a number is written as a string, is not finite, or is beyond a billion
//     dollars either way; or a lifetime total or a limit is below 0.
//
// A 200 that carries an "error" is that error. Bytes that are not UTF-8 inside
// a string become U+FFFD, and every string of the server has gone through
// Clean and Redact.
//
// # Errors
//
// An answer that was refused or not understood is an *APIError, and no answer
// a *NetworkError. Both say what they are to errors.Is:
//
//	switch {
//	case errors.Is(err, client.ErrUnauthorized): // the key is wrong
//	case errors.Is(err, client.ErrForbidden):    // not a management key
//	}
//
// A request that the caller's context cancelled returns an error that is
// context.Canceled and neither of the two. Nothing is retried here; APIError
// says when the server wants to be asked again, and NetworkError whether
// asking again at once makes sense.
//
// # Keys
//
// A key is a Secret, which prints as "[redacted]" however it is printed. It
// is sent to the base URL's host alone: over https, or over http to this very
// machine; no redirect is followed, and a proxy sees only the CONNECT of an
// https connection. No error holds a key, even where a server echoes it.
package client
