// Package alert decides what to notify people of about an account.
//
// Evaluate decides: a pure function of the rules, of their State so far and of
// one Reading. An Outbox holds what was decided and is not delivered yet, for
// each channel, and a courier sends it. State and Outbox are values that their
// caller stores, in one transaction with the reading: then a restart neither
// repeats an alert nor misses one. A loop uses them so:
//
//	state, events, held := alert.Evaluate(rules, state, reading)           // decide
//	outbox = outbox.Add(events, channels, now).Reconcile(state)            // add
//	store(reading, state, outbox)                                          // store
//	courier.Offer(outbox)                                                  // send: never waits
//	…
//	case <-courier.Ready():                                                // result
//		for _, r := range courier.Take() {
//			outbox = outbox.Apply(r)                                       // apply
//		}
//		store(outbox)                                                      // store
//		courier.Offer(outbox)
//
// A result that could not be stored stays applied in memory. At the end comes
// Close, and what Take returns then is applied and stored too. The line of what
// people were not notified of is outbox.Undelivered(now).
package alert
