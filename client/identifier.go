package client

import "strings"

// maxIDBytes is far above the 64 of a key's hash.
const maxIDBytes = 128

// checkID refuses what is no identifier of this API, where all are UUIDs,
// hashes, slugs or words like them; another could change the URL that it
// becomes a part of.
func checkID(endpoint, id string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if id == "" || len(id) > maxIDBytes || strings.Trim(id, letters) != "" {
		return unsent(endpoint, "not an identifier")
	}
	return nil
}

// unsent is the error for a request that would be refused, and is not sent.
//
//go:noinline
func unsent(endpoint, why string) *APIError {
	return &APIError{Kind: ErrRequest, Message: why, Endpoint: endpoint}
}
