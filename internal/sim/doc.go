// Package sim is a simulated OpenRouter account behind real HTTP: it spends,
// tops up, rolls over at UTC midnight, pages, and fails in every way that a
// client has to live through. Its clock is injected, so that
// a month passes in a second, and equal configurations give equal accounts.
//
// Shapes, field names and messages follow OpenRouter's published OpenAPI
// document and what users report of the live service. What it answers under
// any base path that ends in /api/v1, and at the root:
//
//	GET  /credits, /key (also /auth/key), /keys, /keys/{hash}
//	GET  /activity, /analytics/meta; POST /analytics/query
//	GET  /generation
//	GET  /workspaces, /workspaces/{id}[/budgets[/{interval}]|/members]
//	GET  /organization/members
//
// Every request that the account paid for has a key, a workspace, a model and
// a member, and all breakdowns are sums over the same requests. About one
// percent of the spend has none of these, as chat and deleted keys have on the
// live service: it is in /credits and in no breakdown.
//
// A simulated account refuses requests once its balance is gone and a key's
// requests once its cap is, as the live service does.
package sim
