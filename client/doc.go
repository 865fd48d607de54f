// Package client reads an OpenRouter account: what was bought, what was spent,
// who spent it, and what a key may still spend.
//
//	c, err := client.New(client.Config{Key: client.NewSecret(os.Getenv("OPENROUTER_API_KEY"))})
//	if err != nil {
//		return err
//	}
//	credits, err := c.Credits(ctx)
//	if err != nil {
//		return err
//	}
//	fmt.Printf("%.2f USD left\n", credits.LeftUSD())
//
// It only ever reads. Credits and Key are all that a balance needs. Keys,
// KeyByHash, Activity, Query with AnalyticsMeta, Workspaces, Workspace, Budgets,
// WorkspaceMembers, Members, Guardrails, GuardrailKeys and GuardrailMembers need a
// management key: with another the error is ErrForbidden, or ErrUnauthorized.
// Generation works with any key.
//
// Lists that come in pages are read to their end, or to 100 pages (List). Query
// stays below the 64 requests a minute that the service allows.
//
// # Values
//
// Money is in USD (one credit is one dollar) and in fields whose names end in
// USD; times are in UTC; days, weeks and months are the service's: UTC, weeks
// from Monday. A field whose type is not a pointer is in every answer, for an
// answer without it is an error. What an answer may leave out, or give as null,
// is a pointer, and nil is unknown, never 0 or false. Text is never a pointer:
// text that the answer left out is empty, as the API gives no empty text a
// meaning. Where null has a meaning of its own the field says so.
//
// What a comment says of the API is from OpenRouter's OpenAPI description and
// documentation of August 2026. What is not in them, and was seen in answers or
// in later documentation, is called observed.
//
// Text from the server is one clean line of at most 200 bytes without control
// characters, and with everything that looks like a key replaced by
// "[redacted]". Bytes that are not UTF-8 inside a string become U+FFFD.
//
// # Answers
//
// OpenRouter adds fields, statuses and words without notice, so unknown ones are
// ignored or passed on. What is known is read strictly, because a wrong number
// is worse than none; the error is ErrMalformed where an answer
//
//   - is not one JSON object in UTF-8, begins with a byte order mark, or is
//     larger than 1 MiB once decompressed (Activity and Query: 8 MiB). The
//     declared media type is not checked: only the JSON counts;
//   - has a field twice in an object that is read. Names match exactly;
//   - lacks what a type holds without a pointer;
//   - has a number as a string, or one that is not finite or beyond a billion
//     dollars either way; or a lifetime total, a limit or a count below 0.
//     Metrics of a query may be strings and of either sign, as they are
//     observed to be, and go up to 2^53.
//
// A field that an answer may leave out and no amount depends on counts as left
// out where it has another form, and a row that cannot be used is left out of
// its list: Meta.Odd names both, and Unread counts the rows where their sums
// matter. A list of which no row can be used is malformed. A 200 that carries an
// "error" is that error.
//
// # Errors
//
// An answer that was refused or cannot be used is an *APIError, and a request
// without an answer a *NetworkError. Both work with errors.Is:
//
//	switch {
//	case errors.Is(err, client.ErrUnauthorized): // the key is wrong
//	case errors.Is(err, client.ErrForbidden):    // not a management key
//	case errors.Is(err, client.ErrNotFound):     // no such key, workspace, generation, organization
//	}
//
// A request that would be refused, or be one too many, is not sent: its error
// is an *APIError with Status 0. A request whose context was cancelled returns
// an error that is context.Canceled and neither of the two.
//
// Nothing is retried. APIError.RetryAfter is when the server accepts the next
// request, and NetworkError.QuickRetry reports whether another at once makes
// sense.
//
// # Keys
//
// A key is a Secret, which prints as "[redacted]" however it is printed. It is
// sent to the base URL's host alone: over https, or over http to this very
// machine. No redirect is followed, and a proxy sees only the CONNECT of an
// https connection. No error holds a key, even where a server echoes it.
package client
