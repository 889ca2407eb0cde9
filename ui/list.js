// Lists the articles of the shelf.
export default function ({ data, parentElement, setTriggerValue }) {
  const list = make("ul", "list")
  for (const article of data) {
    const entry = make("li", "entry")
    const button = make("button", "open")
    button.type = "button"
    button.append(make("span", "title", article.title))
    if (article.where) button.append(make("span", "where", article.where))
    button.addEventListener("click", () => setTriggerValue("open", article.path))
    entry.append(button)
    list.append(entry)
  }
  parentElement.querySelector(".list-root").replaceChildren(list)
}
