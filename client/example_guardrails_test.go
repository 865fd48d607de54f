package client_test

import (
	"context"
	"fmt"
)

func ExampleClient_Guardrails() {
	guardrails, err := connect("sk-or-v1-management").Guardrails(context.Background(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range guardrails.Rows {
		if g.LimitUSD == nil {
			fmt.Println(g.Name, "has no budget")
			continue
		}
		fmt.Printf("%s: %.2f USD %s for each\n", g.Name, *g.LimitUSD, g.ResetInterval)
	}
	// Output:
	// Interns: 20.00 USD weekly for each
	// No training has no budget
}

func ExampleClient_GuardrailKeys() {
	assigned, err := connect("sk-or-v1-management").GuardrailKeys(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range assigned.Rows {
		fmt.Println(a.KeyName, "has", a.GuardrailID)
	}
	// Output: ci-bot has g1
}

func ExampleClient_GuardrailMembers() {
	assigned, err := connect("sk-or-v1-management").GuardrailMembers(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range assigned.Rows {
		fmt.Println(a.UserID, "has", a.GuardrailID)
	}
	// Output: user_1 has g1
}
