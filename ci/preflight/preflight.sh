#!/bin/sh
# Runs ortop preflight by NEED, FOR and RUNWAY in a step of GitHub Actions: writes
# the verdict to the step's outputs and summary, and has ortop's exit code.
set -u
set -- preflight
[ -z "${NEED:-}" ] || set -- "$@" --need "$NEED"
[ -z "${FOR:-}" ] || set -- "$@" --for "$FOR"
[ -z "${RUNWAY:-}" ] || set -- "$@" --runway "$RUNWAY"

notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
answer=$(ortop "$@" 2>"$notes")
code=$?
cat "$notes" >&2
case $code in
0) verdict=enough ;;
3) verdict=short ;;
*) verdict=unknown ;; # never green by default
esac
[ -n "$answer" ] || answer="$verdict: $(sed -n 's/^ortop: error: //p' "$notes" | head -n 1)"
echo "$answer"
echo "verdict=$verdict" >>"$GITHUB_OUTPUT"

# The table comes from the reading that preflight just stored.
{
	echo "### OpenRouter credits: $verdict"
	echo
	printf '%s\n' "$answer" | sed 's/[\\`*_{}<>|#]/\\&/g'
	echo
	ortop status --max-age 1h --format '| left | spendable | last 24 h | runs out |
| --- | --- | --- | --- |
| {{.Balance}} | {{.Spendable}} | {{.LastDay}} | {{.RunsOut}} |' 2>/dev/null || true
} >>"$GITHUB_STEP_SUMMARY"

if [ "$code" -ne 0 ]; then
	printf '::error title=ortop preflight::%s\n' "$answer" | sed 's/%/%25/g;q' # an annotation is a line
fi
exit "$code"
