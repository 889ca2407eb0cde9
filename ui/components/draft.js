// Shows a checked draft: each sentence and quotation with its mark, what was changed in it, and where it is.
const drawPieces = (pieces) => {
  const line = make("p", "said")
  for (const piece of pieces) {
    if (piece.same) {
      line.append(piece.said)
      continue
    }
    if (piece.written) line.append(make("del", "written", piece.written.trimEnd()))
    if (piece.written && piece.said) line.append(" ")
    if (piece.said) line.append(make("ins", "put", piece.said.trimEnd()))
    line.append((piece.said || piece.written).match(/\s*$/)[0])
  }
  return line
}

const drawPart = (root, shown) => {
  const entry = make("li", `part ${shown.form} ${shown.mark}`)
  entry.append(make("span", "mark", shown.form === "quotation" ? `quotation ${shown.label}` : shown.label))
  entry.append(shown.pieces.length ? drawPieces(shown.pieces) : make("p", "said", shown.text))
  for (const words of shown.differences) entry.append(make("p", "difference", words))
  for (const place of shown.places) {
    const button = make("button", "place")
    button.type = "button"
    if (place.quote) button.append(makeForeign("q", "nearest", place.quote))
    button.append(makeForeign("span", "title", place.title))
    if (place.where) button.append(make("span", "where", place.where))
    button.append(make("span", "hint", "Open in the article"))
    button.addEventListener("click", () => opens(button, () => root.act("open", place.key)))
    entry.append(button)
  }
  return entry
}

export default component("draft", (root, data) => {
  part(root, "checked", data, (section) => {
    section.replaceChildren()
    const head = make("div", "head")
    const summary = make("p", "summary", data.summary)
    summary.setAttribute("role", "status")
    const copied = make("button", "act", "Copy")
    copied.type = "button"
    copied.addEventListener("click", () => copy(copied, data.copy))
    head.append(summary, make("p", "looked", data.looked))
    if (data.parts.some((shown) => shown.pieces.length)) {
      const key = make("p", "looked")
      key.append(make("ins", "put", "in the draft only"), " ", make("del", "written", "in the article only"))
      head.append(key)
    }
    head.append(copied)
    const list = make("ol", "parts")
    for (const shown of data.parts) list.append(drawPart(root, shown))
    section.append(head, list)
  })
})
