// Lists the standing questions, each with how much it has found.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".standing_list-root")
  root.open = (number) => setTriggerValue("open", number)
  part(root, "questions", data, (section) => {
    const list = make("ul", "list")
    for (const question of data) {
      const button = make("button", "open")
      button.type = "button"
      if (question.current) button.setAttribute("aria-current", "page")
      button.append(make("span", "title", question.question), make("span", question.found ? "found" : "where", question.told))
      button.addEventListener("click", () => root.open(question.number))
      const entry = make("li", "entry")
      entry.append(button)
      list.append(entry)
    }
    section.replaceChildren(list)
  })
}
