// Shows an answer's quotes, grouped by article.
// Answers that were brought to the top once: a rerun must not scroll the reader again.
const shown = (window.datelineShown ??= new Set())

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".answer-root")
  root.open = (number) => setTriggerValue("open", number)
  const drawn = JSON.stringify(data)
  if (root.drawn === drawn) return // the button that has the focus keeps it
  root.drawn = drawn

  root.replaceChildren()
  root.classList.toggle("refused", data.refusal)
  if (data.problem) root.append(make("p", "problem", data.problem))
  root.append(make("p", "lead", data.lead))
  for (const card of data.cards) {
    const section = make("section", "card")
    section.append(make("h2", "title", card.title))
    if (card.where) section.append(make("p", "where", card.where))
    const list = make("ol", "quotes")
    for (const quote of card.quotes) {
      const entry = make("li", "entry")
      const button = make("button", "quote")
      button.type = "button"
      const number = make("span", "number", data.refusal ? "" : String(quote.number + 1))
      const words = make("q", "words", quote.text)
      const hint = make("span", "hint", "Open in the article")
      button.append(number, words, hint)
      button.addEventListener("click", () => opens(button, () => root.open(quote.number)))
      entry.append(button)
      list.append(entry)
    }
    section.append(list)
    root.append(section)
  }
  if (data.foot) root.append(make("p", "foot", data.foot))

  if (data.scroll_to && !shown.has(data.scroll_to)) {
    shown.add(data.scroll_to)
    // The page keeps to its end as it grows; a reader starts at the question.
    const turn = root.getRootNode().host.closest("[class*='st-key-turn-']")
    setTimeout(() => turn?.scrollIntoView({ block: "start" }), 150)
  }
}
