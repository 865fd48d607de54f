// Package courier sends what an alert's Outbox holds, each channel in its own way: a
// webhook, a service, mail, a command, the desktop or the terminal.
//
// A Courier sends in the background and reports each outcome for the Outbox to apply.
// Test sends one event to every channel, once.
package courier
