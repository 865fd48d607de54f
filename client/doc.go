// Package client reads an OpenRouter account: what was bought, what was
// spent, and what the key that asks may still spend.
//
//	c, err := client.New(client.Config{Key: client.NewSecret(os.Getenv("OPENROUTER_API_KEY"))})
//	if err != nil {
//		return err
//	}
//	credits, err := c.Credits(ctx)
//
// It only ever reads. Money is in USD (one credit is one dollar), times are in
// UTC, and a value that the API did not give is nil, never 0.
//
// Credits and Key are all that a balance needs. The rest tells where the money
// went: Keys, KeyByHash, Activity, Query with AnalyticsMeta, Workspaces,
// Workspace, Budgets, WorkspaceMembers and Members are for management keys, and
// answer others with ErrForbidden; Generation is for any key. Lists that come
// in pages are read to their end, or to 100 pages, and say which (List). Query
// keeps to the 64 requests a minute that the service allows.
//
// # Answers
//
// OpenRouter adds fields without notice, so those that are unknown are
// ignored. What is known is read strictly, because a wrong number is worse
// than none; an answer is malformed (ErrMalformed) where
//
//   - it is no JSON object in UTF-8, has anything after it, begins with a byte
//     order mark, or is larger than 1 MiB once decompressed (Activity and
//     Query: 8 MiB). The declared media type is not asked for: only the JSON
//     counts;
//   - an object that is read has a field twice. Names match exactly;
//   - what a row is about is missing or null: the sums that the types hold
//     without a pointer, the identifiers that tell rows apart, the day or
//     bucket, and whether a query's rows are all;
//   - a number is written as a string, is not finite, or is beyond a billion
//     dollars either way; or a lifetime total, a limit or a count is below 0.
//     Metrics of a query may be strings and of either sign, as they come so,
//     and go up to 2^53.
//
// One row that is malformed makes the whole answer so: without it, sums would
// be wrong.
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
//	case errors.Is(err, client.ErrNotFound):     // no such key, workspace, generation, organization
//	}
//
// A request that would only be refused, or be one too many, is not sent: its
// error is an *APIError with Status 0.
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
