// Shows an answer: what the model says, then the quotes, grouped by article.
// Answers that the reader has been brought to, or has moved away from: they scroll no more.
const left = (window.datelineLeft ??= new Set())

// The page keeps to its end as it grows; a reader starts at the question, and stays where they go.
const keepInSight = (root, id, busy) => {
  if (!id || left.has(id)) return
  if (!root.moves) {
    root.moves = () => left.add(root.turn)
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"])
      window.addEventListener(kind, () => root.moves(), { capture: true, passive: true })
  }
  root.turn = id
  const turn = root.getRootNode().host.closest("[class*='st-key-turn-']")
  for (const wait of [0, 150])
    setTimeout(() => {
      if (left.has(id)) return
      turn?.scrollIntoView({ block: "start" })
      if (wait && !busy) left.add(id)
    }, wait)
}

const drawButton = (className, text, act) => {
  const button = make("button", className, text)
  button.type = "button"
  button.addEventListener("click", act)
  return button
}

// The quote behind a chip, shown beside it while it is pointed at or has the focus.
const showTip = (root, chip, source) => {
  const tip = make("div", "tip")
  tip.setAttribute("aria-hidden", "true") // the chip's own name says the same
  tip.append(make("b", "tip-title", source.title))
  if (source.where) tip.append(make("span", "tip-where", source.where))
  tip.append(make("q", "tip-words", source.quote))
  root.append(tip)
  const at = chip.getBoundingClientRect()
  const left = Math.min(Math.max(8, at.left + at.width / 2 - tip.offsetWidth / 2), window.innerWidth - tip.offsetWidth - 8)
  const above = at.top - tip.offsetHeight - 8
  tip.style.left = `${left}px`
  tip.style.top = `${above > 64 ? above : at.bottom + 8}px`
}
const hideTip = (root) => root.querySelector(".tip")?.remove()

const drawStatement = (root, statement) => {
  const element = make("span", `statement ${statement.verdict}`)
  element.append(make("span", "said", statement.text))
  for (const chip of statement.chips) {
    const button = drawButton("chip", String(chip.number), () => opens(button, () => root.act("open", chip.key)))
    button.setAttribute("aria-label", `Source ${chip.number}: ${chip.quote}`)
    for (const kind of ["mouseenter", "focus"])
      button.addEventListener(kind, () => {
        hideTip(root)
        if (kind === "mouseenter" || button.matches(":focus-visible")) showTip(root, button, chip)
      })
    for (const kind of ["mouseleave", "blur", "click"]) button.addEventListener(kind, () => hideTip(root))
    button.addEventListener("keydown", (event) => event.key === "Escape" && hideTip(root))
    element.append(button)
  }
  for (const number of statement.unresolved) {
    const chip = make("span", "chip nowhere", `${number}?`)
    chip.title = "The model named a sentence that is not there"
    element.append(chip)
  }
  if (statement.verdict === "doubtful" || statement.verdict === "uncited") {
    const mark = make("span", "verdict")
    mark.append(make("b", "word", statement.verdict), ` ${statement.rule}`)
    element.append(mark)
  }
  return element
}

const drawStatements = (root, section, statements) => {
  section.drawn ??= []
  statements.forEach((statement, place) => {
    const drawn = JSON.stringify(statement)
    if (section.drawn[place] === drawn) return
    hideTip(root)
    const element = drawStatement(root, statement)
    const old = section.children[place]
    if (old) old.replaceWith(element)
    else section.append(element)
    element.classList.toggle("new-line", statement.new_line)
    section.drawn[place] = drawn
  })
  while (section.children.length > statements.length) section.lastChild.remove()
  section.drawn.length = statements.length
}

const drawCards = (root, section, data) => {
  section.replaceChildren()
  if (data.lead) section.append(make("p", "lead", data.lead))
  for (const card of data.cards) {
    const box = make("section", "card")
    box.append(make("h2", "title", card.title))
    if (card.where) box.append(make("p", "where", card.where))
    if (card.copies) box.append(make("p", "where copies", card.copies))
    const list = make("ol", "quotes")
    for (const quote of card.quotes) {
      const entry = make("li", "entry")
      const button = drawButton("quote", undefined, () => opens(button, () => root.act("open", quote.key)))
      button.append(
        make("span", "number", quote.number ? String(quote.number) : ""),
        make("q", "words", quote.text),
        ...(quote.said ? [make("span", "says", quote.said)] : []),
        make("span", "hint", quote.page ? `Open in the article, ${quote.page}` : "Open in the article"),
      )
      if (quote.verdict) {
        const holds = quote.verdict === "supported"
        const mark = make("span", `mark ${quote.verdict}`)
        mark.append(make("b", "sign", holds ? "✓" : "?"), holds ? " supports what is said" : ` in doubt: ${quote.rule}`)
        button.append(mark)
      }
      if (!quote.number) button.classList.add("beside")
      entry.append(button)
      list.append(entry)
    }
    box.append(list)
    section.append(box)
  }
  if (data.foot) section.append(make("p", "foot", data.foot))
}

const drawSearched = (root, section, searchedFor) => {
  section.replaceChildren()
  if (!searchedFor) return
  const line = make("p", "searched")
  const change = drawButton("act", "Change", () => {
    const form = make("form", "searched")
    const field = make("input", "field")
    field.value = searchedFor
    field.maxLength = 2000
    field.setAttribute("aria-label", "Search for")
    const send = make("button", "act", "Search")
    send.type = "submit"
    form.append(field, send, drawButton("act", "Cancel", () => drawSearched(root, section, searchedFor)))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      if (!field.value.trim()) return
      root.act("search", field.value)
      drawSearched(root, section, searchedFor)
    })
    section.replaceChildren(form)
    field.focus()
  })
  line.append(make("span", "words-searched", `Searched for: ${searchedFor}`), change)
  section.append(line)
}

const drawDays = (root, section, days, narrowed) => {
  section.replaceChildren()
  if (!days) return
  const line = make("p", "searched")
  line.append(make("span", "words-searched", days))
  if (narrowed) line.append(drawButton("act", "All days", () => root.act("all_days", true)))
  section.append(line)
}

const copy = async (button, text) => {
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = "Copied"
  } catch {
    button.textContent = "The browser does not allow copying"
  }
  setTimeout(() => (button.textContent = "Copy"), 2000)
}

const drawReceipt = (section, receipt) => {
  section.replaceChildren()
  if (!receipt) return
  const fold = make("details", "receipt")
  const shown = make("div", "shown")
  fold.append(make("summary", "what", "What was searched"), shown)
  // Made when it is looked at: else all of it is found by who searches the page for a word of the answer.
  fold.addEventListener("toggle", () => {
    shown.replaceChildren()
    if (!fold.open) return
    const button = drawButton("act", "Copy", () => copy(button, receipt))
    button.setAttribute("aria-label", "Copy what was searched")
    shown.append(make("pre", "told", receipt), button)
  })
  section.append(fold)
}

const drawBar = (root, section, data) => {
  section.replaceChildren()
  if (data.busy) {
    const busy = make("span", "busy", data.busy)
    busy.setAttribute("role", "status")
    section.append(busy)
    if (data.by_model) section.append(drawButton("act", "Stop", () => root.act("stop", true)))
    return
  }
  if (!data.copy) return
  const button = drawButton("act", "Copy", () => copy(button, data.copy))
  section.append(button, exporting(data.forms, (form) => root.act("export", form)))
  if (data.can_ask) section.append(drawButton("act", data.by_model ? "Ask again" : "Ask the model", () => root.act("again", true)))
  if (data.stands === false) {
    const keep = drawButton("act", "Keep asking", () => root.act("keep", true))
    keep.title = "Ask this of new articles too; what they say stands under Standing questions"
    section.append(keep)
  } else if (data.stands) section.append(make("span", "read", "Asked of new articles too"))
  if (data.read) section.append(make("span", "read", data.read))
  if (data.usage) section.append(make("span", "usage", data.usage))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".answer-root")
  root.act = setTriggerValue
  download(root, data.file)
  root.classList.toggle("refused", Boolean(data.refusal))
  // What the reader is typing stays.
  if (!root.parts?.searched?.section.querySelector("form"))
    part(root, "searched", data.searched_for ?? "", (section) => drawSearched(root, section, data.searched_for))
  const days = { days: data.days, narrowed: data.narrowed }
  part(root, "days", days, (section) => drawDays(root, section, data.days, data.narrowed))
  part(root, "problem", data.problem ?? "", (section) => {
    section.replaceChildren()
    if (data.problem) section.append(make("p", "problem", data.problem))
  })
  const statements = data.statements ?? []
  part(root, "prose", statements, (section) => drawStatements(root, section, statements))
  part(root, "note", data.note ?? "", (section) => {
    section.replaceChildren()
    if (data.note) section.append(make("p", "problem", data.note))
  })
  const bar = {
    busy: data.busy, by_model: data.by_model, copy: data.copy, can_ask: data.can_ask, usage: data.usage,
    read: data.read, forms: data.forms, stands: data.stands,
  }
  const cards = { lead: data.lead, cards: data.cards ?? [], foot: data.foot }
  // While something is being written the line that says so stands where it will appear.
  part(root, "busy", data.busy ? bar : {}, (section) => (data.busy ? drawBar(root, section, bar) : section.replaceChildren()))
  part(root, "cards", cards, (section) => drawCards(root, section, cards))
  part(root, "bar", data.busy ? {} : bar, (section) => (data.busy ? section.replaceChildren() : drawBar(root, section, bar)))
  const receipt = data.busy ? "" : (data.receipt ?? "")
  part(root, "receipt", receipt, (section) => drawReceipt(section, receipt))

  if (data.cards) keepInSight(root, data.scroll_to, Boolean(data.busy))
}
