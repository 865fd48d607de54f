package client

import (
	"context"
	"reflect"
	"testing"
)

// What is odd and taken, and what is not, in the rows of the small lists.
func TestRowsOfLists(t *testing.T) {
	workspaces := func(ctx context.Context, c *Client) (any, error) { v, err := c.Workspaces(ctx); return v.Rows, err }
	placed := func(ctx context.Context, c *Client) (any, error) {
		v, err := c.WorkspaceMembers(ctx, "w")
		return v.Rows, err
	}
	members := func(ctx context.Context, c *Client) (any, error) { v, err := c.Members(ctx); return v.Rows, err }
	guardrails := func(ctx context.Context, c *Client) (any, error) {
		v, err := c.Guardrails(ctx, "w")
		return v.Rows, err
	}
	railed := func(ctx context.Context, c *Client) (any, error) { v, err := c.GuardrailKeys(ctx); return v.Rows, err }
	railedMembers := func(ctx context.Context, c *Client) (any, error) {
		v, err := c.GuardrailMembers(ctx)
		return v.Rows, err
	}
	budgets := func(ctx context.Context, c *Client) (any, error) { return c.Budgets(ctx, "w") }
	generation := func(ctx context.Context, c *Client) (any, error) { return c.Generation(ctx, "g") }
	for _, tt := range []struct {
		name, body string
		ask        func(context.Context, *Client) (any, error)
		want       any // an answer, or the words of an error
	}{
		{"workspace, id alone", `{"data":[{"id":"w"}]}`, workspaces, []Workspace{{ID: "w"}}},
		{"workspace, all null", `{"data":[{"id":"w","name":null,"slug":null,"description":null,"created_at":null,"include_byok_in_budgets":null}]}`, workspaces, []Workspace{{ID: "w"}}},
		{"workspace, I01 name", `{"data":[{"id":"w","name":"a\rb\u0000"}]}`, workspaces, []Workspace{{ID: "w", Name: "a b\ufffd"}}},
		{"workspace without id", `{"data":[{"name":"w"}]}`, workspaces, "data[0].id is missing"},
		{"workspace, flag as text", `{"data":[{"id":"w","include_byok_in_budgets":"no"}]}`, workspaces, []Workspace{{ID: "w"}}},

		{"membership, no role", `{"data":[{"id":"m","user_id":"u"}]}`, placed, []WorkspaceMember{{ID: "m", UserID: "u"}}},
		{"membership, a new role", `{"data":[{"id":"m","user_id":"u","role":"viewer"}]}`, placed, []WorkspaceMember{{ID: "m", UserID: "u", Role: "viewer"}}},
		{"membership of nobody", `{"data":[{"id":"m"}]}`, placed, "data[0].user_id is missing"},

		{"member, names null", `{"data":[{"id":"u","first_name":null,"last_name":null,"email":"a@b","role":"org:owner"}]}`, members, []Member{{UserID: "u", Email: "a@b", Role: "org:owner"}}},
		{"member without id", `{"data":[{"email":"a@b"}]}`, members, "data[0].id is missing"},

		{"guardrail, id alone", `{"data":[{"id":"g"}]}`, guardrails, []Guardrail{{ID: "g"}}},
		{"guardrail for life", `{"data":[{"id":"g","name":"n","limit_usd":0,"reset_interval":null,"include_byok_in_budgets":true}]}`, guardrails, []Guardrail{{ID: "g", Name: "n", LimitUSD: ptr(0.0), IncludeBYOK: ptr(true)}}},
		{"guardrail, limit as text", `{"data":[{"id":"g","limit_usd":"5"}]}`, guardrails, "data[0].limit_usd is not a number"},
		{"guardrail, limit negative", `{"data":[{"id":"g","limit_usd":-1}]}`, guardrails, "data[0].limit_usd is negative"},
		{"guardrail of a key, hash alone", `{"data":[{"id":"a","guardrail_id":"g","key_hash":"h"}]}`, railed, []GuardrailKey{{ID: "a", GuardrailID: "g", KeyHash: "h"}}},
		{"guardrail of no key", `{"data":[{"id":"a","guardrail_id":"g"}]}`, railed, "data[0].key_hash is missing"},
		{"guardrail of a member", `{"data":[{"id":"a","guardrail_id":"g","user_id":"u"}]}`, railedMembers, []GuardrailMember{{ID: "a", GuardrailID: "g", UserID: "u"}}},
		{"no guardrail of a member", `{"data":[{"id":"a","user_id":"u"}]}`, railedMembers, "data[0].guardrail_id is missing"},

		{"no budget", `{"data":[]}`, budgets, WorkspaceBudgets{}},
		{"budget for life", `{"data":[{"id":"b","limit_usd":0,"reset_interval":null}],"include_byok_in_budgets":true}`, budgets, WorkspaceBudgets{Budgets: []WorkspaceBudget{{ID: "b"}}, IncludeBYOK: ptr(true)}},
		{"budget without limit", `{"data":[{"id":"b"}]}`, budgets, "data[0].limit_usd is missing"},
		{"budget, limit null", `{"data":[{"id":"b","limit_usd":null}]}`, budgets, "data[0].limit_usd is missing"},
		{"budget, limit negative", `{"data":[{"id":"b","limit_usd":-1}]}`, budgets, "data[0].limit_usd is negative"},

		{"generation, money alone", `{"data":{"id":"g","total_cost":0.1,"usage":0}}`, generation, Generation{ID: "g", TotalCostUSD: 0.1}},
		{"generation, money null", `{"data":{"id":"g","total_cost":0.1,"usage":0,"cache_discount":null,"upstream_inference_cost":null}}`, generation, Generation{ID: "g", TotalCostUSD: 0.1}},
		{"generation, discount below 0", `{"data":{"id":"g","total_cost":0,"usage":0,"cache_discount":-0.002}}`, generation, Generation{ID: "g", CacheDiscountUSD: ptr(-0.002)}},
		{"generation without cost", `{"data":{"id":"g","usage":0}}`, generation, "data.total_cost is missing"},
		{"generation, usage null", `{"data":{"id":"g","total_cost":0,"usage":null}}`, generation, "data.usage is missing"},
		{"generation, cost as text", `{"data":{"id":"g","total_cost":"0.1","usage":0}}`, generation, "data.total_cost is not a number"},
		{"generation, upstream negative", `{"data":{"id":"g","total_cost":0,"usage":0,"upstream_inference_cost":-1}}`, generation, "data.upstream_inference_cost is negative"},
		{"generation, tokens negative", `{"data":{"id":"g","total_cost":0,"usage":0,"tokens_prompt":-1}}`, generation, Generation{ID: "g", Meta: Meta{Odd: "data.tokens_prompt is negative"}}},
	} {
		got, err := tt.ask(t.Context(), serve(t, answer(200, tt.body, "Date", "")))
		if words, ok := tt.want.(string); ok {
			wantError(t, tt.name, err, ErrMalformed, words)
		} else if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s = %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

// A 404 is an answer where a thing is looked up.
func TestNotThere(t *testing.T) {
	c := serve(t, answer(404, `{"error":{"code":404,"message":"Generation gen-1 not found"}}`))
	_, err := c.Generation(t.Context(), "gen-1")
	wantError(t, "Generation(not yet recorded)", err, ErrNotFound, "reading generation: 404 not found: Generation gen-1 not found")
	_, err = serve(t, answer(404, `{"error":{"code":404,"message":"Not Found"}}`)).Members(t.Context())
	wantError(t, "Members(personal account)", err, ErrNotFound, "reading organization/members: 404 not found")
	_, err = c.Guardrails(t.Context(), "gone")
	wantError(t, "Guardrails(workspace that is gone)", err, ErrNotFound, "reading guardrails: 404 not found")
	_, err = c.Workspaces(t.Context())
	wantError(t, "Workspaces(wrong base URL)", err, ErrNotFound, "/api/v1/workspaces: is the base URL right?")
}
