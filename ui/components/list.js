// Lists the articles of the shelf.
export default component("list", (root, data) => {
  const drawn = JSON.stringify(data)
  if (root.drawn === drawn) return // the panel is redrawn often; keep what has not changed
  root.drawn = drawn

  const list = make("ul", "list")
  for (const article of data) {
    const entry = make("li", "entry")
    const button = make("button", "open")
    button.type = "button"
    button.append(makeForeign("span", "title", article.title))
    if (article.where) button.append(make("span", "where", article.where))
    button.addEventListener("click", () => opens(button, () => root.act("open", article.path)))
    entry.append(button)
    list.append(entry)
  }
  root.replaceChildren(list)
})
