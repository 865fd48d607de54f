package credit

// FaultKind is why an account could not be read, as a word that scripts,
// stored polls and metrics rely on.
type FaultKind string

// The kinds of fault. The zero FaultKind means that nothing failed.
const (
	FaultUnauthorized FaultKind = "unauthorized" // no key, or one that is not accepted
	FaultForbidden    FaultKind = "forbidden"    // the key may not read this
	FaultPayment      FaultKind = "payment"      // the account has no credits left
	FaultRateLimited  FaultKind = "rate_limited" // the server named a time before which it wants no request
	FaultServer       FaultKind = "server"       // the server failed
	FaultNetwork      FaultKind = "network"      // no answer, or not all of it
	FaultMalformed    FaultKind = "malformed"    // an answer that cannot be used
	FaultRedirect     FaultKind = "redirect"     // an answer that leads elsewhere, which is not followed
	FaultStorage      FaultKind = "storage"      // this machine's own: its history or its clock
)

// FaultKinds are all kinds of fault, in the order of their declaration.
var FaultKinds = []FaultKind{
	FaultUnauthorized, FaultForbidden, FaultPayment, FaultRateLimited, FaultServer,
	FaultNetwork, FaultMalformed, FaultRedirect, FaultStorage,
}
