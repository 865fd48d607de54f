// Runs a plugin with recorded events, and prints what it shows.
import { pathToFileURL } from "node:url"

const { Ortop } = await import(pathToFileURL(process.argv[2]))
const client = { tui: { showToast: async ({ body }) => console.log(body.variant + ": " + body.message) } }
const { event } = await Ortop({ client, project: {}, directory: "/home/u/p" })
const message = (id, cost, role = "assistant", sessionID = "ses_1") => ({
  type: "message.updated",
  properties: { info: { id, sessionID, role, cost, modelID: "anthropic/claude-sonnet-4.5", tokens: { input: 10, output: 2 } } },
})
for (const e of [
  { type: "session.created", properties: { info: { id: "ses_1" } } },
  message("msg_0", undefined, "user"),
  message("msg_1", 0),
  message("msg_1", 0.125),
  message("msg_2", 0.25),
  message("msg_3", 9, "assistant", "ses_2"),
  { type: "server.connected" },
  { type: "session.idle", properties: { sessionID: "ses_1" } },
]) await event({ event: e })
