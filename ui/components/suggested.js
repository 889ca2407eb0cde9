// Offers questions that the shelf answers.
export default component("suggested", (root, data) => {
  part(root, "questions", data, (section) => {
    const list = make("ul", "list")
    for (const question of data) {
      const button = make("button", "question", question)
      button.type = "button"
      button.addEventListener("click", () => root.act("ask", question))
      const entry = make("li", "entry")
      entry.append(button)
      list.append(entry)
    }
    section.replaceChildren(list)
  })
})
