package draw

// Head is a value and the label above it, which may have a shorter wording.
type Head struct{ Label, Short, Value string }

// Heads are two lines of w cells: dim labels over their values, with even gaps.
// What does not fit is left out from the right.
func Heads(p Pen, w int, heads ...Head) []string {
	for _, short := range []bool{false, true} {
		for n := len(heads); n > 0; n-- {
			widths, sum := make([]int, n), 0
			for i, h := range heads[:n] {
				if short && h.Short != "" {
					heads[i].Label = h.Short
				}
				widths[i] = max(Width(heads[i].Label), Width(h.Value))
				sum += widths[i]
			}
			if sum+2*(n-1) > w || n < len(heads) && !short {
				if !short {
					break
				}
				continue
			}
			labels, values := "", ""
			at := 0
			for i, h := range heads[:n] {
				labels = Fit(labels, at) + p.Dim(h.Label)
				values = Fit(values, at) + h.Value
				if i < n-1 {
					gap := (w - sum) / (n - 1)
					at += widths[i] + min(gap, 8)
				}
			}
			return []string{labels, values}
		}
	}
	return nil
}
