// Lists the alerts with the number of their new quotes: those that have found something, a few more, or all.
const FEW = 6

const drawList = (root, section, data) => {
  const list = make("ul", "list")
  const shown = data.filter((question, place) => root.all || place < FEW || question.found || question.current)
  for (const question of shown) {
    const button = make("button", "open")
    button.type = "button"
    if (question.current) button.setAttribute("aria-current", "page")
    button.append(makeForeign("span", "title", question.question), make("span", question.found ? "found" : "where", question.count))
    button.addEventListener("click", () => root.act("open", question.number))
    const entry = make("li", "entry")
    entry.append(button)
    list.append(entry)
  }
  section.replaceChildren(list)
  if (shown.length === data.length && !root.all) return
  const toggle = make("button", "toggle", root.all ? "Show fewer" : `Show all ${data.length}`)
  toggle.type = "button"
  toggle.addEventListener("click", () => {
    root.all = !root.all
    drawList(root, section, data)
    section.querySelector(".toggle")?.focus()
  })
  section.append(toggle)
}

export default component("alert_list", (root, data) => {
  part(root, "questions", data, (section) => drawList(root, section, data))
})
