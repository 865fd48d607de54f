package client_test

import (
	"context"
	"fmt"
	"time"
)

func ExampleClient_Workspaces() {
	workspaces, err := connect("sk-or-v1-management").Workspaces(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range workspaces.Rows {
		fmt.Println(w.Slug, "is", w.Name)
	}
	// Output:
	// research is Research
	// web is Web
}

func ExampleClient_Workspace() {
	w, err := connect("sk-or-v1-management").Workspace(context.Background(), "research")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.ID, w.Name)
	if w.CreatedAt != nil {
		fmt.Println("since", w.CreatedAt.Format(time.DateOnly))
	}
	// Output:
	// w1 Research
	// since 2026-05-01
}

func ExampleClient_Budgets() {
	budgets, err := connect("sk-or-v1-management").Budgets(context.Background(), "research")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range budgets.Budgets {
		if b.ResetInterval == "" {
			fmt.Printf("%.2f USD in all\n", b.LimitUSD)
			continue
		}
		fmt.Printf("%.2f USD %s\n", b.LimitUSD, b.ResetInterval)
	}
	// Output:
	// 50.00 USD monthly
	// 500.00 USD in all
}

func ExampleClient_WorkspaceMembers() {
	members, err := connect("sk-or-v1-management").WorkspaceMembers(context.Background(), "research")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range members.Rows {
		fmt.Println(m.UserID, m.Role)
	}
	// Output: user_1 admin
}

func ExampleClient_Members() {
	members, err := connect("sk-or-v1-management").Members(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range members.Rows {
		fmt.Println(m.FirstName, m.Email, m.Role)
	}
	// Output: Ann ann@example.com org:admin
}
